import { describe, expect, test } from 'vitest'
import { US_PER_MS, Side } from '#core/units.ts'
import { OrderType, TimeInForce } from '#order/order-codes.ts'
import type { SimOrder } from '#sim/exchange-types.ts'
import { EXPLAIN_WINDOW_US, PriceLevel, PriceLevels } from '#sim/price-levels.ts'

let ids = 0
function order(qtyUnits: number): SimOrder {
  return {
    orderId: ++ids,
    account: 'ann',
    symbol: 'BTC/USDT',
    clientOrderId: `c${ids}`,
    side: Side.Sell,
    type: OrderType.Limit,
    timeInForce: TimeInForce.Gtc,
    priceUnits: 100,
    qtyUnits,
    filledUnits: 0,
    quoteUnits: 0n,
    status: 'new',
    createdUs: 0,
    updatedUs: 0,
  }
}

/** Market quantity and what stands before each own order: `50 | 30 40`. */
const queueOf = (level: PriceLevel): string =>
  `${level.marketUnits} | ${level.queue.map((queued) => queued.aheadUnits).join(' ')}`

/** A first order behind the quantity, a further one after each growth. */
function levelWith(marketUnits: number, ...grownTo: number[]): PriceLevel {
  const level = new PriceLevel(100)
  level.setMarket(marketUnits, 0)
  level.join(order(10))
  for (const units of grownTo) {
    level.setMarket(units, 0)
    level.join(order(10))
  }
  return level
}

describe('queue position', () => {
  test('an order joins behind the quantity displayed, growth joins behind the order', () => {
    const level = levelWith(30, 40)
    expect(queueOf(level)).toBe('40 | 30 40')
    expect(level.publicUnits).toBe(60)
  })

  test('a trade takes from the front', () => {
    const level = levelWith(30, 40)
    level.takeMarket(20)
    expect(queueOf(level)).toBe('20 | 10 20')
    expect(level.frontOrder()).toBeUndefined()
    level.takeMarket(10)
    expect(level.frontOrder()).toBe(level.queue[0]?.order)
  })

  test.each([
    ['what is behind leaves first', 35, '35 | 30 35'],
    ['only what is not behind comes from ahead', 20, '20 | 20 20'],
    ['all of it', 0, '0 | 0 0'],
  ])('a cancellation: %s', (_what, left, expected) => {
    const level = levelWith(30, 40)
    level.setMarket(left, 0)
    expect(queueOf(level)).toBe(expected)
  })

  test('quantity that comes back does not overtake', () => {
    const level = levelWith(30)
    level.setMarket(10, 0)
    level.setMarket(100, 0)
    expect(queueOf(level)).toBe('100 | 10')
  })

  test('a trade never jumps over a resting order', () => {
    const level = levelWith(30, 40)
    expect(() => level.takeMarket(31)).toThrow('a trade never jumps over a resting order')
  })
})

describe('a trade reported after the quantity is gone', () => {
  test('moves the queue once, not twice', () => {
    const level = levelWith(30, 40)
    level.setMarket(35, 0)
    expect(level.explain(5, US_PER_MS)).toBe(5)
    expect(level.passExplained(5)).toBe(5)
    expect(queueOf(level)).toBe('35 | 25 35')
  })

  test('of a swept level leaves only the excess for us', () => {
    const level = levelWith(30)
    level.setMarket(0, 0)
    expect(level.explain(45, US_PER_MS)).toBe(30)
    expect(level.passExplained(30)).toBe(30)
  })

  test('that took from behind us is ours', () => {
    const level = levelWith(30, 100)
    level.setMarket(60, 0)
    expect(level.explain(40, US_PER_MS)).toBe(40)
    expect(level.passExplained(40)).toBe(30)
  })

  test('explains nothing when the shrink is old, which then was a cancellation', () => {
    const level = levelWith(30)
    level.setMarket(20, 0)
    const lateUs = EXPLAIN_WINDOW_US + 1
    expect(level.explain(10, lateUs)).toBe(0)
    level.setMarket(19, lateUs)
    expect(level.explain(1, lateUs)).toBe(1)
    level.passExplained(1)
    expect(queueOf(level)).toBe('19 | 19')
  })

  test('an old cancellation moves nobody who joined after it', () => {
    const level = levelWith(30)
    level.setMarket(5, 0)
    level.setMarket(50, 0)
    level.join(order(10))
    level.explain(1, EXPLAIN_WINDOW_US + 1)
    expect(queueOf(level)).toBe('50 | 5 50')
    expect(level.queue[0]?.byTradesUnits).toBe(5)
  })

  test('lets no later order pass an earlier one', () => {
    const level = levelWith(50)
    level.setMarket(10, 0)
    level.join(order(10))
    level.passExplained(level.explain(5, US_PER_MS))
    expect(queueOf(level)).toBe('10 | 10 10')
  })
})

describe('a side of a book', () => {
  test.each([
    [Side.Buy, [103, 101, 100]],
    [Side.Sell, [100, 101, 103]],
  ])('%i: the touch comes first whatever the order of arrival', (side, expected) => {
    const levels = new PriceLevels(side)
    for (const at of [101, 100, 103]) levels.at(at).setMarket(1, 0)
    expect([0, 1, 2].map((i) => levels.fromTouch(i)?.priceUnits)).toEqual(expected)
    expect(levels.best()?.priceUnits).toBe(expected[0])
    expect(levels.find(102)).toBeUndefined()
  })

  test('an empty level is dropped, another is not', () => {
    const levels = new PriceLevels(Side.Buy)
    const level = levels.at(100)
    level.setMarket(1, 0)
    levels.dropIfEmpty(level)
    expect(levels.count).toBe(1)
    level.setMarket(0, 0)
    levels.dropIfEmpty(level)
    expect(levels.count).toBe(0)
  })
})
