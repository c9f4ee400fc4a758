import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { Side, US_PER_MS, US_PER_S } from '#core/units.ts'
import { Exchange } from '#sim/exchange.ts'
import { SyntheticMarket } from '#sim/synthetic-market.ts'
import { BTC, requestOf, RICH, Tape } from './exchange-kit.ts'
import { RepricingOrder } from './repricing-order.ts'

const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1)
const SYMBOL = BTC.symbol

function openMarket(seed: number): Exchange {
  const source = new SyntheticMarket(BTC, { seed, startUs: 0, fairPrice: '60000.00' })
  return new Exchange({
    markets: [{ instrument: BTC, source }],
    balances: { ann: { ...RICH } },
    startUs: 0,
  })
}

describe('an iceberg of ten slices at the touch', () => {
  test.each([Side.Buy, Side.Sell])('%i ends well under 30 s of venue time, every seed', (side) => {
    const seconds = SEEDS.map((seed) => new RepricingOrder(openMarket(seed), side, '1').run())
    expect(Math.max(...seconds)).toBeLessThan(20)
    // And it is a market, not a vending machine: a slice takes its time.
    expect(Math.min(...seconds)).toBeGreaterThan(2)
  })
})

describe('what it looks like', () => {
  test('a book of 20 levels and more, never crossed, with a spread of 1–10 ticks', () => {
    for (const seed of SEEDS) {
      const exchange = openMarket(seed)
      for (let nowUs = 0; nowUs < 20 * US_PER_S; nowUs += 100 * US_PER_MS) {
        exchange.advanceTo(nowUs)
        const { bids, asks } = exchange.depth(SYMBOL, 100)
        const spread = (asks[0]?.[0] ?? 0) - (bids[0]?.[0] ?? 0)
        expect(Math.min(bids.length, asks.length)).toBeGreaterThanOrEqual(20)
        expect(spread).toBeGreaterThanOrEqual(1)
        expect(spread).toBeLessThanOrEqual(10)
      }
    }
  })

  test('quotes and trades come at a lively pace, both sides alike', () => {
    const exchange = openMarket(1)
    const tape = new Tape()
    exchange.attach(tape)
    exchange.advanceTo(60 * US_PER_S)
    const count = (word: string): number =>
      tape.lines.filter((line) => line.startsWith(word)).length / 60
    expect(count('level')).toBeGreaterThan(20)
    expect(count('trade')).toBeGreaterThan(10)
    expect(count('trade')).toBeLessThan(25)
    const sells = tape.lines.filter((line) => line.startsWith('trade') && line.endsWith('sell'))
    expect(sells.length / (count('trade') * 60)).toBeCloseTo(0.5, 1)
  })

  test('the touch wanders and comes back within its bound', () => {
    const source = new SyntheticMarket(
      { ...BTC, tickUnits: 1_000 },
      { seed: 3, startUs: 0, fairPrice: '2500.00' },
    )
    const markets = [{ instrument: { ...BTC, tickUnits: 1_000 }, source }]
    const exchange = new Exchange({ markets, balances: {}, startUs: 0 })
    let least = Infinity
    let most = 0
    for (let second = 0; second < 600; second++) {
      exchange.advanceTo(second * US_PER_S)
      const bid = exchange.depth(SYMBOL, 1).bids[0]?.[0] ?? 0
      least = Math.min(least, bid)
      most = Math.max(most, bid)
    }
    // 250 ticks from zero leave the walk 10 ticks, a step and a spread to either side.
    expect(most).toBeGreaterThan(least)
    expect(least).toBeGreaterThan((250 - 25) * 1_000)
    expect(most).toBeLessThan((250 + 25) * 1_000)
  })

  test('a fair price too near to zero is refused', () => {
    const options = { seed: 1, startUs: 0, fairPrice: '1.00' }
    expect(() => new SyntheticMarket(BTC, options)).toThrow(/fair price of 1.00 is fewer than/)
  })
})

describe('determinism', () => {
  test('one seed, one tape; another seed, another', () => {
    expect(hashOf(7)).toBe(hashOf(7))
    expect(hashOf(7)).not.toBe(hashOf(8))
  })

  test('steps of any size lead to the same market', () => {
    const [inSteps, atOnce] = [openMarket(5), openMarket(5)]
    for (let nowUs = 0; nowUs <= 10 * US_PER_S; nowUs += 1_237) inSteps.advanceTo(nowUs)
    inSteps.advanceTo(10 * US_PER_S)
    atOnce.advanceTo(10 * US_PER_S)
    expect(inSteps.depth(SYMBOL, 100)).toEqual(atOnce.depth(SYMBOL, 100))
  })
})

function hashOf(seed: number): string {
  const exchange = openMarket(seed)
  const tape = new Tape()
  exchange.attach(tape)
  exchange.place(requestOf('ann sell 60000.05 0.3', 'c1'), US_PER_S)
  exchange.advanceTo(30 * US_PER_S)
  return createHash('sha256').update(tape.lines.join('\n')).digest('hex')
}
