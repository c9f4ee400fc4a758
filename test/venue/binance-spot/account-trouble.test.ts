// The account over memory links, against a server that answers as a test says: silence, refusals,
// lost sessions, and listings longer than a page or a day.
import { beforeEach, describe, expect, it } from 'vitest'
import { Outcome } from '#core/outcome.ts'
import { Side } from '#core/units.ts'
import { TYPESCRIPT_KERNELS } from '#kernel/kernels.ts'
import { InstrumentTable } from '#market/instrument.ts'
import { clientIdHi, clientIdLo } from '#order/client-order-id.ts'
import { OrderType } from '#order/order-codes.ts'
import { OrderTable } from '#order/order-table.ts'
import { VenueEventQueue } from '#order/venue-event-queue.ts'
import { findVenueMake } from '#venue/registry.ts'
import type { VenueAccount } from '#venue/venue.ts'
import { MemoryServer, MemoryWire, type MemoryPeer } from '../../wire/memory-wire.ts'
import { takeLines } from './event-text.ts'
import { MarketRecord } from './market-record.ts'
import { BTC_USDT } from '../../fixtures/instruments.ts'

const HOST = '10.0.0.1'
const PORT = 9_443
const URLS = {
  rest: `http://${HOST}:${PORT}`,
  ws: `ws://${HOST}:${PORT}`,
  ws_api: `ws://${HOST}:${PORT}/ws-api/v3`,
}
const HMAC = { kind: 'hmac', key: 'k'.repeat(64), secret: 'secret' } as const
const DAY_MS = 86_400_000
const PAGE = 1_000

interface Request {
  readonly id: string
  readonly method: string
  readonly params: Readonly<Record<string, number | string>>
}

type Answer = { readonly status?: number; readonly result?: unknown; readonly error?: unknown }

class Rig {
  readonly wire = new MemoryWire()
  readonly orders = new OrderTable(16)
  readonly account: VenueAccount
  /** Requests that the test has not answered. */
  readonly open: Request[] = []
  readonly order: number
  readonly #instruments = new InstrumentTable()
  readonly #events = new VenueEventQueue()
  readonly #server = new MemoryServer()

  constructor() {
    const { wire, orders } = this
    const events = this.#events
    const instruments = this.#instruments
    instruments.put(BTC)
    wire.network.listen(HOST, PORT, this.#server)
    this.#server.onText = (peer, text) => this.#onRequest(peer, JSON.parse(text) as Request)
    const { dialer, timers, prng, notices } = wire
    const tables = { instruments, orders, events }
    const context = {
      ...tables,
      dialer,
      timers,
      prng,
      notices,
      market: new MarketRecord(),
      kernels: TYPESCRIPT_KERNELS,
    }
    this.account = findVenueMake('binance_spot').createAccount(context, URLS, 0, HMAC)
    this.order = orders.take(clientIdHi(1, 1, 0), clientIdLo(0, 1))
    orders.setTask(this.order, 0)
    orders.setSide(this.order, Side.Buy)
    orders.setType(this.order, OrderType.Limit)
    orders.setQtyUnits(this.order, 1_000)
    orders.setPriceUnits(this.order, 6_000_000)
    this.account.start(wire.clock.nowNs())
    wire.runMs(200)
    this.lines()
  }

  get nowNs() {
    return this.wire.clock.nowNs()
  }

  get venueMs(): number {
    return Math.floor(this.wire.clock.wallUs() / 1_000)
  }

  /** Venue events since the last call. */
  lines(): string[] {
    return takeLines(this.#events, this.#instruments)
  }

  /** Answers the oldest open request, and lets the answer arrive. */
  answer(answer: Answer): Request {
    const request = this.open.shift()!
    this.#peer.send(JSON.stringify({ id: request.id, status: 200, ...answer }))
    this.wire.runMs(10)
    return request
  }

  /** The venue ends the connection without a word. */
  cut(): void {
    this.#peer.link.close()
    this.wire.runMs(10)
  }

  get #peer(): MemoryPeer {
    return this.#server.peers.at(-1)!
  }

  #onRequest(peer: MemoryPeer, request: Request): void {
    const results: Readonly<Record<string, object>> = {
      time: { serverTime: this.venueMs },
      'userDataStream.subscribe.signature': { subscriptionId: 0 },
    }
    const result = results[request.method]
    if (result === undefined) this.open.push(request)
    else peer.send(JSON.stringify({ id: request.id, status: 200, result }))
  }
}

const BTC = { ...BTC_USDT, market: 'binance_spot' }

const fillRow = (id: number) => ({
  symbol: 'BTCUSDT',
  id,
  orderId: 7,
  price: '60000.00',
  qty: '0.00001',
  commission: '0',
  commissionAsset: 'BNB',
  time: 1,
  isBuyer: true,
  isMaker: true,
})
const fillRows = (first: number, count: number) =>
  Array.from({ length: count }, (_, i) => fillRow(first + i))
const asked = ({ method, params }: Request): string => {
  const names = ['startTime', 'endTime', 'fromId', 'orderId', 'origClientOrderId']
  return [method, ...names.filter((n) => n in params).map((n) => `${n} ${params[n]}`)].join(' ')
}

let rig: Rig

beforeEach(() => {
  rig = new Rig()
})

describe('an account that gets no answer', () => {
  it('calls a place unknown after ten seconds, and hears nothing of it later', () => {
    expect(rig.account.place(rig.order, rig.nowNs)).toBe(Outcome.Ok)
    rig.wire.runMs(9_900)
    expect(rig.lines()).toEqual([])
    rig.wire.runMs(600)
    expect(rig.lines()).toEqual(['PlaceUnknown f02f1NtERKDZ'])
    rig.answer({ result: { symbol: 'BTCUSDT', orderId: 1, transactTime: 1 } })
    expect(rig.lines()).toEqual([])
  })

  it('leaves a cancel and a listing without an end no longer either', () => {
    rig.account.cancel(rig.order, rig.nowNs)
    rig.account.requestOpenOrders(0, 41, rig.nowNs)
    rig.wire.runMs(10_500)
    expect(rig.lines().toSorted()).toEqual([
      'CancelUnknown f02f1NtERKDZ',
      'ListingEnd 41 incomplete',
    ])
  })

  it('says so before it says that the session is lost', () => {
    rig.account.place(rig.order, rig.nowNs)
    rig.account.requestOrder(rig.order, 42, rig.nowNs)
    rig.wire.runMs(20)
    rig.cut()
    const lines = rig.lines()
    expect(lines.at(-1)).toBe('SessionDown')
    expect(lines.toSorted()).toEqual([
      'ListingEnd 42 incomplete',
      'PlaceUnknown f02f1NtERKDZ',
      'SessionDown',
    ])
    expect(rig.account.isUp).toBe(false)
    expect(rig.account.place(rig.order, rig.nowNs)).toBe(Outcome.NotReady)
  })
})

describe('an account whose question is refused', () => {
  it.each([429, 418])('ends it unanswered at %i, and asks nothing until it may', (status) => {
    rig.account.requestOpenOrders(0, 43, rig.nowNs)
    rig.wire.runMs(20)
    const data = { serverTime: rig.venueMs, retryAfter: rig.venueMs + 30_000 }
    rig.answer({ status, error: { code: -1003, msg: 'Too much request weight used', data } })
    expect(rig.lines()).toEqual(['ListingEnd 43 incomplete'])
    expect(rig.account.requestOpenOrders(0, 44, rig.nowNs)).toBe(Outcome.RateLimited)
    expect(rig.account.cancel(rig.order, rig.nowNs)).toBe(Outcome.RateLimited)
    rig.wire.runMs(30_100)
    expect(rig.account.requestOpenOrders(0, 45, rig.nowNs)).toBe(Outcome.Ok)
  })

  it('takes "order does not exist" for an answer, and any other refusal for none', () => {
    const refusals = [-2013, -1006, -1102].map((code) => ({ code, msg: 'words' }))
    for (const error of refusals) {
      rig.account.requestOrder(rig.order, -error.code, rig.nowNs)
      rig.wire.runMs(20)
      rig.answer({ status: 400, error })
    }
    expect(rig.lines()).toEqual([
      'NotFound f02f1NtERKDZ',
      'ListingEnd 2013 complete',
      'ListingEnd 1006 incomplete',
      'ListingEnd 1102 incomplete',
    ])
  })

  it('tells rejected cancels apart', () => {
    const words = ['Unknown order sent.', 'Order was not canceled due to cancel restrictions.']
    for (const msg of words) {
      rig.account.cancel(rig.order, rig.nowNs)
      rig.wire.runMs(20)
      rig.answer({ status: 400, error: { code: -2011, msg } })
    }
    expect(rig.lines()).toEqual([
      `CancelRejected f02f1NtERKDZ unknown_order (-2011 ${words[0]})`,
      `CancelRejected f02f1NtERKDZ still_open (-2011 ${words[1]})`,
    ])
  })
})

describe('a listing longer than a page', () => {
  it('goes on behind its last id until a short page, and ends once', () => {
    rig.account.requestFills(0, '', (rig.venueMs - 1_000) * 1_000, 50, rig.nowNs)
    rig.wire.runMs(20)
    const questions = [fillRows(1, PAGE), fillRows(PAGE + 1, PAGE), fillRows(2 * PAGE + 1, 3)]
      .map((result) => rig.answer({ result }))
      .map(asked)
    expect(questions.slice(1)).toEqual(['myTrades fromId 1001', 'myTrades fromId 2001'])
    const lines = rig.lines()
    expect(lines.filter((line) => line.startsWith('Fill'))).toHaveLength(2 * PAGE + 3)
    expect(lines.filter((line) => line.startsWith('ListingEnd'))).toEqual([
      'ListingEnd 50 complete',
    ])
  })

  it('proves nothing when a later page is refused', () => {
    rig.account.requestFills(0, '', (rig.venueMs - 1_000) * 1_000, 51, rig.nowNs)
    rig.wire.runMs(20)
    rig.answer({ result: fillRows(1, PAGE) })
    rig.answer({ status: 500, error: { code: -1000, msg: 'words' } })
    expect(rig.lines().at(-1)).toBe('ListingEnd 51 incomplete')
  })
})

describe('a listing further back than a day', () => {
  it('goes day by day to the first row, and from there by ids', () => {
    const startMs = rig.venueMs - 3 * DAY_MS
    rig.account.requestFills(0, '', startMs * 1_000, 52, rig.nowNs)
    rig.wire.runMs(20)
    const questions = [[], fillRows(5, 2), []].map((result) => asked(rig.answer({ result })))
    expect(questions).toEqual([
      `myTrades startTime ${startMs} endTime ${startMs + DAY_MS}`,
      `myTrades startTime ${startMs + DAY_MS} endTime ${startMs + 2 * DAY_MS}`,
      'myTrades fromId 7',
    ])
    expect(rig.lines().at(-1)).toBe('ListingEnd 52 complete')
  })

  it('is complete when no day has a row', () => {
    const startMs = rig.venueMs - 2.5 * DAY_MS
    rig.account.requestOrderHistory(0, startMs * 1_000, 53, rig.nowNs)
    rig.wire.runMs(20)
    const questions = [[], [], []].map((result) => asked(rig.answer({ result })))
    expect(questions.at(-1)).toBe(`allOrders startTime ${startMs + 2 * DAY_MS}`)
    expect(rig.lines()).toEqual(['ListingEnd 53 complete'])
    expect(rig.open).toEqual([])
  })

  it('begins with the first id when all of it is wanted', () => {
    rig.account.requestFills(0, '', 0, 54, rig.nowNs)
    rig.account.requestOrderHistory(0, 0, 55, rig.nowNs)
    rig.wire.runMs(20)
    expect(rig.open.map(asked)).toEqual(['myTrades fromId 0', 'allOrders orderId 0'])
  })

  it('knows no time when one order is asked for', () => {
    expect(rig.account.requestOrderFills(rig.order, 56, rig.nowNs)).toBe(Outcome.Unsupported)
    rig.orders.setVenueOrderId(rig.order, '77')
    rig.account.requestOrderFills(rig.order, 57, rig.nowNs)
    rig.wire.runMs(20)
    expect(rig.open.map(asked)).toEqual(['myTrades orderId 77'])
  })
})
