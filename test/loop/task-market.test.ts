import { beforeEach, describe, expect, it } from 'vitest'
import { BookCache } from '#book/book-cache.ts'
import { binanceSpotSyncRule } from '#book/sync-rule.ts'
import { DirtySet } from '#core/dirty-set.ts'
import { TimerWheel } from '#core/timer-wheel.ts'
import { monoNs, NS_PER_MS, Side } from '#core/units.ts'
import { MarketView } from '#loop/task-market.ts'
import type { Instrument } from '#market/instrument.ts'
import { OrderState } from '#order/order-state.ts'
import { OrderTable } from '#order/order-table.ts'
import { at, depth, of } from '../book/book-text.ts'
import { BTC_USDT } from '../fixtures/instruments.ts'

const INSTRUMENT: Instrument = { ...BTC_USDT, index: 2, market: 'binance_spot', qtyScale: 1 }
const BTC = INSTRUMENT.index
const ACCOUNT = 1

let cache: BookCache
let orders: OrderTable
let view: MarketView
let nowMs: number
let updateId: number

const now = () => monoNs(nowMs * NS_PER_MS)

/** The next turn, so many ms later. */
function turn(ms = 1): void {
  nowMs += ms
  view.nowNs = now()
}

function diff(drawn: string, ms = 1): void {
  turn(ms)
  const update = depth(drawn)
  update.firstUpdateId = ++updateId
  update.lastUpdateId = updateId
  cache.onDepthDiff(BTC, update, now())
}

function order(row: number, price: string, qty: string, state: OrderState): void {
  orders.setInstrument(row, BTC)
  orders.setAccount(row, ACCOUNT)
  orders.setSide(row, Side.Sell)
  orders.setPriceUnits(row, at(price))
  orders.setQtyUnits(row, of(qty))
  orders.setState(row, state)
  view.orderChanged(row, now())
}

/** Whether there is news now, and none when asked again in the next turn. */
function news(): boolean {
  const isNews = view.hasNews(BTC)
  turn(0)
  expect(view.hasNews(BTC)).toBe(false)
  return isNews
}

beforeEach(() => {
  nowMs = 0
  updateId = 10
  const parts = { dirty: new DirtySet(8), timers: new TimerWheel(16) }
  cache = new BookCache({ ...parts, notices: { notice: () => {} } })
  cache.subscribe(INSTRUMENT, { requestSnapshot: () => {} }, binanceSpotSyncRule)
  orders = new OrderTable(8)
  view = new MarketView(cache, orders)
  diff('')
  const snapshot = depth('100.05 3\n100.02 3\n---\n100.00 3\n99.95 3')
  snapshot.lastUpdateId = updateId
  cache.onDepthSnapshot(BTC, snapshot, now())
  view.netTop(BTC, ACCOUNT)
})

describe('what is news to tasks', () => {
  it('is a book that became live, once', () => expect(news()).toBe(true))

  it.each([
    ['a quantity below the touch', '---\n99.95 4', false],
    ['a quantity at the touch', '---\n100.00 4', false],
    ['another best bid', '---\n100.01 4', true],
    ['another best ask', '100.02 0', true],
    ['a side that went empty', '100.02 0\n100.05 0', true],
  ])('%s', (_what, drawn, isNews) => {
    news()
    diff(drawn)
    expect(news()).toBe(isNews)
  })

  it('is a trade at another price', () => {
    news()
    turn()
    cache.onTrade(BTC, 1, at('100.02'), of('1'), Side.Buy, 0, now())
    expect(news()).toBe(true)
  })

  it('is the first diff after a silence, whatever it says', () => {
    news()
    diff('---\n99.95 4', 100)
    expect(news()).toBe(true)
    diff('---\n99.95 5', 99)
    expect(news()).toBe(false)
  })

  it('is everything while the book is not right', () => {
    news()
    cache.onFeedLost(BTC, now())
    turn()
    expect(view.hasNews(BTC)).toBe(true)
    turn()
    expect(view.hasNews(BTC)).toBe(true)
  })

  it('is a top that one task alone has seen and that passed', () => {
    news()
    turn()
    order(0, '100.02', '5', OrderState.Open)
    turn(400)
    expect(view.netTop(BTC, ACCOUNT).ask).toBe(at('100.05'))
    order(0, '100.02', '5', OrderState.Cancelled)
    diff('100.02 4')
    expect(view.netTop(BTC, ACCOUNT).ask).toBe(at('100.02'))
    expect(view.hasNews(BTC)).toBe(true)
  })
})

describe('a net top within one turn', () => {
  it('follows our own orders', () => {
    turn()
    expect(view.netTop(BTC, ACCOUNT).ask).toBe(at('100.02'))
    order(0, '100.02', '3', OrderState.Open)
    expect(view.netTop(BTC, ACCOUNT).ask).toBe(at('100.05'))
  })
})
