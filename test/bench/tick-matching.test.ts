// Times are drawn in µs: a tick is due when the table says and leaves 10 µs later.
import { describe, expect, it } from 'vitest'
import { matchTicks, type ArrivedRequest, type SentTick } from '../../bench/tick-matching.ts'
import { WalkingMarket } from '../../bench/walking-market.ts'

const SYMBOL = 'BTCUSDT'
const OFFSET_TICKS = 200

function tick(askTicks: number, dueUs: number, sentUs = dueUs + 10): SentTick {
  return { askTicks, dueUs, sentUs }
}

function cancel(atUs: number, origClientOrderId: string, symbol = SYMBOL): ArrivedRequest {
  const params = { symbol, origClientOrderId }
  return { atUs, text: JSON.stringify({ method: 'order.cancel', params }) }
}

function place(atUs: number, newClientOrderId: string, askTicks: number): ArrivedRequest {
  const price = ((askTicks + OFFSET_TICKS) / 100).toFixed(2)
  const params = { symbol: SYMBOL, newClientOrderId, price }
  return { atUs, text: JSON.stringify({ method: 'order.place', params }) }
}

function match(ticks: SentTick[], requests: ArrivedRequest[]): ReturnType<typeof matchTicks> {
  return matchTicks({ ticks, requests, symbol: SYMBOL, offsetTicks: OFFSET_TICKS, endUs: 1_000 })
}

describe('matching requests with ticks', () => {
  it('takes the cancel for the first request and the order by its price', () => {
    const ticks = [tick(5_000, 100), tick(5_002, 200)]
    const requests = [
      cancel(130, 'old'),
      place(160, 'a', 5_000),
      cancel(240, 'a'),
      place(290, 'b', 5_002),
    ]
    expect(match(ticks, requests)).toEqual({
      firstUs: [30, 40],
      orderUs: [60, 90],
      sentFirstUs: [20, 30],
      sentCount: 2,
      orderCount: 2,
      unansweredCount: 0,
    })
  })

  it('lets each skipped tick wait for the order that knows of a later one', () => {
    const ticks = [tick(5_000, 100), tick(5_002, 200), tick(5_004, 300), tick(5_006, 400)]
    const requests = [place(150, 'a', 5_000), cancel(320, 'a'), place(450, 'b', 5_006)]
    const { firstUs, orderUs, sentFirstUs } = match(ticks, requests)
    expect(firstUs).toEqual([50, 120, 150, 50])
    expect(orderUs).toEqual([50, 250, 150, 50])
    expect(sentFirstUs).toEqual([40, 110, 40])
  })

  it('takes the newest tick of a price that had been sent by then', () => {
    const ticks = [tick(5_000, 100), tick(5_002, 200), tick(5_000, 300), tick(5_000, 600)]
    const { orderUs, unansweredCount } = match(ticks, [place(350, 'a', 5_000)])
    expect(orderUs).toEqual([250, 150, 50, 400])
    expect(unansweredCount).toBe(1)
  })

  it('counts a tick that never left from when it was due', () => {
    const ticks = [tick(5_000, 100, NaN), tick(5_002, 110)]
    const { orderUs, sentCount } = match(ticks, [place(150, 'a', 5_002)])
    expect(orderUs).toEqual([50, 40])
    expect(sentCount).toBe(1)
  })

  it('passes over other symbols and everything that is no order', () => {
    const other = { atUs: 120, text: '{"method":"session.logon"}' }
    const { firstUs } = match([tick(5_000, 100)], [other, cancel(130, 'x', 'ETHUSDT')])
    expect(firstUs).toEqual([900])
  })
})

describe('the walking market', () => {
  it('repeats no price within its walk', () => {
    const market = new WalkingMarket(0, 4_325_000)
    const desk = {
      setMarket: () => {},
      take: () => 0,
      print: () => {},
      marketUnits: () => 0,
      bestMarketPrice: () => undefined,
    }
    market.open(desk)
    market.run(256, 1_000, 0)
    while (market.ticksLeft > 0) market.step(desk)
    const asks = market.ticks.map(({ askTicks }) => askTicks)
    expect(new Set(asks.slice(0, 128)).size).toBe(128)
    expect(asks.slice(128)).toEqual(asks.slice(0, 128))
    expect(market.ticks.map(({ dueUs }) => dueUs).slice(0, 3)).toEqual([1_000, 2_000, 3_000])
  })
})
