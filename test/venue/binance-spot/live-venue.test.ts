// The whole adapter over real sockets against the embedded venue.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Outcome } from '#core/outcome.ts'
import { Prng } from '#core/prng.ts'
import { RealClock } from '#core/real-clock.ts'
import { TimerWheel } from '#core/timer-wheel.ts'
import { priceUnits, qtyUnits, Side, type MonoNs } from '#core/units.ts'
import { InstrumentTable, type InstrumentFacts } from '#market/instrument.ts'
import { clientIdHi, clientIdLo } from '#order/client-order-id.ts'
import { OrderType, TimeInForce } from '#order/order-codes.ts'
import { OrderTable } from '#order/order-table.ts'
import { VenueEventQueue } from '#order/venue-event-queue.ts'
import { createHostClock, FrontHost } from '#sim/host-sockets.ts'
import { findVenueMake } from '#venue/registry.ts'
import { WASM_KERNELS } from '#kernel/kernels.ts'
import type { Credentials, VenueAccount, VenueContext, VenueMarket } from '#venue/venue.ts'
import { NetDialer } from '#wire/net-link.ts'
import {
  ED_KEY,
  ED_SECRET,
  FrontRig,
  HMAC_KEY,
  HMAC_SECRET,
} from '../../sim/binance-spot/front-rig.ts'
import { takeLines } from './event-text.ts'
import { MarketRecord } from './market-record.ts'

const ED: Credentials = { kind: 'ed25519', key: ED_KEY, secret: ED_SECRET }
const HMAC: Credentials = { kind: 'hmac', key: HMAC_KEY, secret: HMAC_SECRET }
const ID = 'f00000000000'
const idOf = (sequence: number): string => ID.slice(0, -1) + sequence

/** The engine's surroundings of a venue: real clock and sockets, a timer for the wheel. */
class Rig {
  readonly clock = new RealClock()
  readonly timers = new TimerWheel()
  readonly instruments = new InstrumentTable()
  readonly market = new MarketRecord()
  readonly orders = new OrderTable(64)
  readonly events = new VenueEventQueue()
  readonly notices: string[] = []
  readonly front = new FrontRig()
  readonly host = new FrontHost(this.front.front, 0, createHostClock())
  readonly context: VenueContext
  readonly lines: string[] = []
  readonly #interval: NodeJS.Timeout
  readonly #closers: (() => void)[] = []

  constructor() {
    const { timers, instruments, market, orders, events } = this
    const dialer = new NetDialer(this.clock, () => undefined)
    const notices = {
      notice: (_level: string, code: string, text: string): void => {
        this.notices.push(`${code}: ${text}`)
      },
    }
    const prng = new Prng(1)
    const kernels = WASM_KERNELS
    this.context = { dialer, timers, prng, instruments, market, orders, events, notices, kernels }
    this.#interval = setInterval(() => timers.advance(this.now()), 2)
  }

  now(): MonoNs {
    return this.clock.nowNs()
  }

  get urls() {
    const origin = `127.0.0.1:${this.host.port}`
    return { rest: `http://${origin}`, ws: `ws://${origin}`, ws_api: `ws://${origin}/ws-api/v3` }
  }

  createMarket(): VenueMarket {
    const market = findVenueMake('binance_spot').createMarket(this.context, this.urls)
    this.#closers.push(() => market.stop(this.now()))
    return market
  }

  async startAccount(credentials: Credentials): Promise<VenueAccount> {
    const make = findVenueMake('binance_spot')
    const account = make.createAccount(this.context, this.urls, 0, credentials)
    this.#closers.push(() => account.stop(this.now()))
    account.start(this.now())
    await this.line('SessionUp')
    return account
  }

  /** Asks for BTC/USDT and puts it into the table. */
  async list(market = this.createMarket()): Promise<void> {
    const facts = await listings(market, ['BTC/USDT'], this.now())
    if (typeof facts === 'string') throw new Error(facts)
    this.instruments.put(facts[0]!)
  }

  order(sequence: number, side: Side, price: string, qty: string, type: OrderType = 0): number {
    const order = this.orders.take(clientIdHi(0, 0, 0), clientIdLo(0, sequence))
    const facts = this.instruments.at(0)
    this.orders.setTask(order, 0)
    this.orders.setInstrument(order, 0)
    this.orders.setSide(order, side)
    this.orders.setType(order, type)
    this.orders.setTimeInForce(order, TimeInForce.Gtc)
    this.orders.setPriceUnits(order, Math.round(Number(price) * 10 ** facts.priceScale))
    this.orders.setQtyUnits(order, Math.round(Number(qty) * 10 ** facts.qtyScale))
    return order
  }

  /** Waits until a line begins so, and returns all lines up to it. */
  async line(beginning: string): Promise<string[]> {
    const lines: string[] = []
    for (;;) {
      this.lines.push(...takeLines(this.events, this.instruments))
      const at = this.lines.findIndex((line) => line.startsWith(beginning))
      if (at !== -1) return [...lines, ...this.lines.splice(0, at + 1)]
      await pause()
    }
  }

  close(): void {
    for (const close of this.#closers) close()
    clearInterval(this.#interval)
    this.host.close()
  }
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2))

const listings = (
  market: VenueMarket,
  symbols: readonly string[],
  nowNs: MonoNs,
): Promise<readonly InstrumentFacts[] | string> =>
  new Promise((resolve) => {
    market.requestListings(
      symbols,
      {
        onListings: (facts) => resolve(facts),
        onListingsFailed: (detail, isFinal) => resolve(`${isFinal ? 'final: ' : ''}${detail}`),
      },
      nowNs,
    )
  })

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => {
  rig.close()
})

describe('market', () => {
  it('lists a symbol', async () => {
    expect(await listings(rig.createMarket(), ['BTC/USDT'], rig.now())).toEqual([
      {
        market: 'binance_spot',
        symbol: 'BTC/USDT',
        venueSymbol: 'BTCUSDT',
        baseAsset: 'BTC',
        quoteAsset: 'USDT',
        priceScale: 2,
        qtyScale: 8,
        tickUnits: priceUnits(1),
        lotUnits: qtyUnits(1_000),
        minQtyUnits: qtyUnits(1_000),
        maxQtyUnits: qtyUnits(900_000_000_000),
        minNotional: '5.00000000',
        status: 0,
      },
    ])
  })

  it('names the symbols that do not exist', async () => {
    const market = rig.createMarket()
    expect(await listings(market, ['FOO/USDT'], rig.now())).toBe(
      'final: FOO/USDT does not exist on binance_spot',
    )
    expect(await listings(market, ['BTC/USDT', 'FOO/BAR', 'X/Y'], rig.now())).toBe(
      'final: FOO/BAR, X/Y do not exist on binance_spot',
    )
  })

  it('streams book, ticker and trades, and fetches a snapshot', async () => {
    const market = rig.createMarket()
    await rig.list(market)
    market.subscribe(0)
    market.start(rig.now())
    const account = await rig.startAccount(ED)
    market.requestSnapshot(0, rig.now())
    market.requestSnapshot(0, rig.now())
    account.place(rig.order(1, Side.Buy, '43251.00', '0.1'), rig.now())
    await rig.line('Fill')
    const kinds = new Set<string>()
    while (['ticker', 'diff', 'trade', 'snapshot', 'alive'].some((kind) => !kinds.has(kind))) {
      for (const line of rig.market.lines) kinds.add(line.split(' ')[0]!)
      await pause()
    }
    const trade = rig.market.lines.find((line) => line.startsWith('trade'))
    expect(trade).toMatch(/^trade 0 \d+ buy 10000000@4325100 @\d{16}$/)
    expect(rig.market.lines.filter((line) => line.startsWith('snapshot'))).toHaveLength(1)
    expect(market.health()).toMatchObject({ connected: true, reconnects: 0, refused: 0 })
  })

  it('tells each book when the stream is lost, and comes back', async () => {
    const market = rig.createMarket()
    await rig.list(market)
    market.subscribe(0)
    market.start(rig.now())
    while (!market.health().connected) await pause()
    rig.front.front.command({ name: 'disconnect' }, createHostClock()())
    while (!rig.market.lines.includes('lost 0')) await pause()
    while (market.health().reconnects < 1) await pause()
    expect(market.health().connected).toBe(true)
  })
})

describe.each([
  ['logged on by Ed25519', ED],
  ['signing each request by HMAC', HMAC],
])('account %s', (_, credentials) => {
  let account: VenueAccount
  beforeEach(async () => {
    await rig.list()
    account = await rig.startAccount(credentials)
  })

  it('knows the venue’s time', () => {
    const venueUs = rig.now() / 1_000 + account.venueOffsetUs
    expect(Math.abs(venueUs - Date.now() * 1_000)).toBeLessThan(50_000)
  })

  it('places, rests, cancels', async () => {
    const order = rig.order(1, Side.Sell, '43300.00', '0.25')
    expect(account.place(order, rig.now())).toBe(Outcome.Ok)
    await rig.line(`Accepted ${idOf(1)} #1`)
    expect(account.cancel(order, rig.now())).toBe(Outcome.Ok)
    await rig.line(`Cancelled ${idOf(1)} #1 cum 0`)
  })

  it('keeps warm: composes what it would send, and the venue hears nothing', async () => {
    const order = rig.order(1, Side.Sell, '43300.00', '0.25')
    account.keepWarm(order, rig.now())
    account.place(order, rig.now())
    for (let i = 0; i < 20; i++) account.keepWarm(order, rig.now())
    await rig.line(`Accepted ${idOf(1)} #1`)
    for (let i = 0; i < 20; i++) account.keepWarm(order, rig.now())
    account.cancel(order, rig.now())
    // Had anything else been sent, a refusal would have come before the second order's answer.
    await rig.line(`Cancelled ${idOf(1)} #1 cum 0`)
    account.place(rig.order(2, Side.Sell, '43300.00', '0.25'), rig.now())
    const lines = await rig.line(`Accepted ${idOf(2)} #2`)
    expect(lines.filter((line) => /Reject|NoAnswer/.test(line))).toEqual([])
  })

  it('tells fills with fee and maker, and the balances after', async () => {
    account.place(rig.order(1, Side.Buy, '43251.00', '0.1'), rig.now())
    const lines = await rig.line('Fill')
    expect(lines.at(-1)).toMatch(
      /^Fill f00000000001 #1 buy 0.1@43251 t\d+ taker fee 0.0001\d* BTC cum 0.1$/,
    )
    expect((await rig.line('Balance')).at(-1)).toMatch(/^Balance (BTC|USDT) free [\d.]+ locked/)
  })

  it('maps refusals to reasons, each definite', async () => {
    const { LimitMaker } = OrderType
    account.place(rig.order(1, Side.Buy, '43251.00', '0.1', LimitMaker), rig.now())
    expect((await rig.line('Rejected')).at(-1)).toContain('post_only_would_take (-2010')
    account.place(rig.order(2, Side.Buy, '43000.00', '0.00001'), rig.now())
    expect((await rig.line('Rejected')).at(-1)).toContain('invalid_notional (-1013')
    account.place(rig.order(3, Side.Buy, '43000.00', '90'), rig.now())
    expect((await rig.line('Rejected')).at(-1)).toContain('insufficient_balance (-2010')
    account.place(rig.order(4, Side.Buy, '43000.00', '0.000015'), rig.now())
    expect((await rig.line('Rejected')).at(-1)).toContain('invalid_qty')
    account.cancel(rig.order(5, Side.Buy, '43000.00', '1'), rig.now())
    expect((await rig.line('CancelRejected')).at(-1)).toContain('unknown_order (-2011')
  })

  it('answers queries and listings', async () => {
    const resting = rig.order(1, Side.Sell, '43300.00', '0.25')
    const filled = rig.order(2, Side.Buy, '43251.00', '0.1')
    account.place(resting, rig.now())
    account.place(filled, rig.now())
    await rig.line('Fill')
    const asked = async (token: number, outcome: Outcome): Promise<string[]> => {
      expect(outcome).toBe(Outcome.Ok)
      const lines = await rig.line(`ListingEnd ${token}`)
      // What the two orders still cause on the private stream comes in between.
      return lines.filter((line) => token === 13 || !/^(Accepted|Balance)/.test(line))
    }
    expect(await asked(7, account.requestOrder(resting, 7, rig.now()))).toEqual([
      `ReportedOpen ${idOf(1)} #1 sell 0.25@43300 cum 0`,
      'ListingEnd 7 complete',
    ])
    expect(await asked(8, account.requestOrder(filled, 8, rig.now()))).toEqual([
      `ReportedDone ${idOf(2)} #2 buy 0.1@43251 Filled cum 0.1`,
      'ListingEnd 8 complete',
    ])
    const never = rig.order(3, Side.Buy, '1', '1')
    expect(await asked(9, account.requestOrder(never, 9, rig.now()))).toEqual([
      `NotFound ${idOf(3)}`,
      'ListingEnd 9 complete',
    ])
    expect(await asked(10, account.requestOpenOrders(0, 10, rig.now()))).toEqual([
      `ReportedOpen ${idOf(1)} #1 sell 0.25@43300 cum 0`,
      'ListingEnd 10 complete',
    ])
    expect(await asked(11, account.requestOrderHistory(0, 0, 11, rig.now()))).toEqual([
      `ReportedOpen ${idOf(1)} #1 sell 0.25@43300 cum 0`,
      `ReportedDone ${idOf(2)} #2 buy 0.1@43251 Filled cum 0.1`,
      'ListingEnd 11 complete',
    ])
    const fills = await asked(12, account.requestFills(0, '', 0, 12, rig.now()))
    expect(fills[0]).toMatch(/^Fill - #2 buy 0.1@43251 t\d+ taker fee 0.0001\d* BTC$/)
    expect(fills.at(-1)).toBe('ListingEnd 12 complete')
    const balances = await asked(13, account.requestBalances(13, rig.now()))
    expect(balances.map((line) => line.split(' ')[1]).slice(-3)).toEqual(['BTC', 'USDT', '13'])
  })

  it('calls what was under way unknown after a loss, and comes up again', async () => {
    rig.front.front.command({ name: 'latency', ms: 5_000 }, createHostClock()())
    account.place(rig.order(1, Side.Sell, '43300.00', '0.25'), rig.now())
    account.requestBalances(5, rig.now())
    await pause()
    rig.front.front.command({ name: 'latency', ms: 0 }, createHostClock()())
    rig.front.front.command({ name: 'disconnect' }, createHostClock()())
    const lines = await rig.line('SessionDown')
    expect(lines).toContain(`PlaceUnknown ${idOf(1)}`)
    expect(lines).toContain('ListingEnd 5 incomplete')
    expect(account.isUp).toBe(false)
    expect(account.place(rig.order(2, Side.Buy, '1', '1'), rig.now())).toBe(Outcome.NotReady)
    await rig.line('SessionUp')
    expect(account.isUp).toBe(true)
  })

  it('follows a shutdown notice to a new session without going down', async () => {
    rig.front.front.command({ name: 'shutdown_notice' }, createHostClock()())
    while (!rig.notices.some((text) => text.startsWith('connection_replaced'))) await pause()
    account.place(rig.order(1, Side.Sell, '43300.00', '0.25'), rig.now())
    const lines = await rig.line('Accepted')
    expect(lines).not.toContain('SessionDown')
  })

  it('refuses what spot cannot do, and sends nothing', () => {
    const order = rig.order(1, Side.Sell, '43300.00', '0.25')
    expect(account.amend(order, priceUnits(1), qtyUnits(1), rig.now())).toBe(Outcome.Unsupported)
    rig.orders.setTimeInForce(order, TimeInForce.Gtd)
    expect(account.place(order, rig.now())).toBe(Outcome.Unsupported)
  })

  it('measures the clock again when the venue refuses a timestamp', async () => {
    const before = account.venueOffsetUs
    rig.front.front.command({ name: 'clock_offset', ms: 20_000 }, createHostClock()())
    account.place(rig.order(1, Side.Sell, '43300.00', '0.25'), rig.now())
    expect((await rig.line('Rejected')).at(-1)).toContain('clock_skew (-1021')
    while (account.venueOffsetUs - before < 10_000_000) await pause()
    account.place(rig.order(2, Side.Sell, '43300.00', '0.25'), rig.now())
    await rig.line(`Accepted ${idOf(2)}`)
  })
})

it('says that a key is wrong, and keeps trying', async () => {
  const wrong: Credentials = { ...HMAC, secret: 'another secret' }
  const make = findVenueMake('binance_spot')
  const account = make.createAccount(rig.context, rig.urls, 0, wrong)
  account.start(rig.now())
  while (rig.notices.length === 0) await pause()
  expect(rig.notices[0]).toContain('logon_refused: binance_spot account 0')
  expect(rig.notices[0]).toContain('-1022')
  expect(account.isUp).toBe(false)
  account.stop(rig.now())
})
