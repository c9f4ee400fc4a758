// A venue without a wire, for benches of what the engine does with many tasks: listings and
// snapshots are answered from memory, orders are accepted and cancelled at the next `answer()`,
// and now and then one is filled. Everything above the venue port is the production engine.
import { Outcome } from '#core/outcome.ts'
import { NS_PER_S, priceUnits, qtyUnits, type MonoNs } from '#core/units.ts'
import { DepthUpdate } from '#market/depth-update.ts'
import { VenueEventKind } from '#order/venue-event.ts'
import type { ListingsListener, MarketHealth } from '#venue/venue.ts'
import type { VenueAccount, VenueContext, VenueMake, VenueMarket } from '#venue/venue.ts'
import { spotFacts } from '../native-free-bench/payloads.ts'

export const MARKET_NAME = 'binance_spot'
export const ACCOUNT_NAME = 'main'
const LEVELS = 20
const LEVELS_IN_DIFF = 4
const BID_TICKS = 4_325_000
const LEVEL_UNITS = 300_000
/** How far the touch jumps: beyond what any task tolerates. */
const JUMP_TICKS = 8
const PLENTY = '1000000000000'
/** One order in so many is filled as soon as it stands. */
const ORDERS_PER_FILL = 40

export const symbolOf = (instrument: number): string => `A${instrument}/USDT`

export class MemoryVenue {
  readonly make: VenueMake
  readonly #market = new MemoryMarket()
  #account: MemoryAccount | null = null

  constructor(instrumentCount: number) {
    const market = this.#market
    this.make = {
      marketName: MARKET_NAME,
      exchange: 'binance',
      urls: { rest: '', ws: '', ws_api: '' },
      createMarket: (context) => market.open(context, instrumentCount),
      createAccount: (context, _urls, account) => {
        this.#account = new MemoryAccount(context, account)
        return this.#account
      },
      createRescue: () => {
        throw new Error('nobody watches over a bench')
      },
    }
  }

  get ordersPlaced(): number {
    return this.#account?.placedCount ?? 0
  }

  /** The first diff of every book; each asks for its snapshot, which `answer` brings. */
  openBooks(nowNs: MonoNs): void {
    this.#market.openBooks(nowNs)
  }

  /** One update that leaves the touch where it is: a ticker and a diff in turn. */
  stir(instrument: number, nowNs: MonoNs): void {
    this.#market.stir(instrument, nowNs)
  }

  /** One diff that moves the touch by a tick, up and down in turn: tasks look, and leave it be. */
  nudge(instrument: number, nowNs: MonoNs): void {
    this.#market.move(instrument, 1, nowNs)
  }

  /** One diff after which every working order of the instrument is stale. */
  jump(instrument: number, nowNs: MonoNs): void {
    this.#market.move(instrument, JUMP_TICKS, nowNs)
  }

  /** Says what was asked for since the last call; true when a turn should look at it. */
  answer(nowNs: MonoNs): boolean {
    const hasSnapshots = this.#market.answer(nowNs)
    const hasEvents = this.#account?.answer(nowNs) === true
    return hasSnapshots || hasEvents
  }
}

class MemoryMarket implements VenueMarket {
  readonly name = MARKET_NAME
  readonly #update = new DepthUpdate()
  readonly #wanted: number[] = []
  #context: VenueContext | null = null
  #bidTicks = new Int32Array(0)
  #updateIds = new Float64Array(0)
  #messages = 0

  open(context: VenueContext, instrumentCount: number): this {
    this.#context = context
    this.#bidTicks = new Int32Array(instrumentCount).fill(BID_TICKS)
    this.#updateIds = new Float64Array(instrumentCount).fill(1)
    return this
  }

  requestListings(_symbols: readonly string[], listener: ListingsListener, nowNs: MonoNs): void {
    listener.onListings(
      Array.from(this.#bidTicks, (_, index) => spotFacts(`A${index}`)),
      nowNs,
    )
  }

  keepWarm(): void {}

  requestSnapshot(instrument: number): void {
    this.#wanted.push(instrument)
  }

  openBooks(nowNs: MonoNs): void {
    for (let i = 0; i < this.#bidTicks.length; i++) this.#sendDiff(i, 0, nowNs)
  }

  stir(instrument: number, nowNs: MonoNs): void {
    if (this.#messages % 2 === 0) this.#sendTicker(instrument, nowNs)
    else this.#stirDepth(instrument, nowNs)
  }

  /** By so many ticks up where the market stands low for that distance, else down. */
  move(instrument: number, ticks: number, nowNs: MonoNs): void {
    const update = this.#update
    const from = this.#bidTicks[instrument]!
    const isUp = ((from - BID_TICKS) & ticks) === 0
    const to = isUp ? from + ticks : from - ticks
    const lowest = Math.min(from, to) + 1
    for (let i = 0; i < ticks; i++) {
      update.bidPrices[i] = lowest + i
      update.askPrices[i] = lowest + i
      update.bidQtys[i] = isUp ? LEVEL_UNITS : 0
      update.askQtys[i] = isUp ? 0 : LEVEL_UNITS
    }
    this.#bidTicks[instrument] = to
    this.#sendDiff(instrument, ticks, nowNs)
  }

  answer(nowNs: MonoNs): boolean {
    if (this.#wanted.length === 0) return false
    for (const instrument of this.#wanted.splice(0)) this.#sendSnapshot(instrument, nowNs)
    return true
  }

  subscribe(): void {}
  start(): void {}
  stop(): void {}

  health(): MarketHealth {
    return { connected: true, reconnects: 0, messages: this.#messages, refused: 0 }
  }

  #sendTicker(instrument: number, nowNs: MonoNs): void {
    const bid = this.#bidTicks[instrument]!
    const id = this.#nextId(instrument)
    const bidQty = qtyUnits(LEVEL_UNITS + (id % 1_000))
    const askQty = qtyUnits(LEVEL_UNITS + (id % 777))
    const sink = this.#context!.market
    sink.onTicker(instrument, id, priceUnits(bid), bidQty, priceUnits(bid + 1), askQty, nowNs)
  }

  /** Quantities change below the touch. */
  #stirDepth(instrument: number, nowNs: MonoNs): void {
    const update = this.#update
    const bid = this.#bidTicks[instrument]!
    for (let i = 0; i < LEVELS_IN_DIFF; i++) {
      const depth = 1 + ((this.#messages + i) % (LEVELS - JUMP_TICKS - 1))
      update.bidPrices[i] = bid - depth
      update.askPrices[i] = bid + 1 + depth
      update.bidQtys[i] = LEVEL_UNITS + (this.#messages % 997)
      update.askQtys[i] = LEVEL_UNITS + (this.#messages % 991)
    }
    this.#sendDiff(instrument, LEVELS_IN_DIFF, nowNs)
  }

  #sendDiff(instrument: number, levels: number, nowNs: MonoNs): void {
    const update = this.#update
    update.bidCount = levels
    update.askCount = levels
    update.firstUpdateId = this.#nextId(instrument)
    update.lastUpdateId = update.firstUpdateId
    this.#context!.market.onDepthDiff(instrument, update, nowNs)
  }

  #sendSnapshot(instrument: number, nowNs: MonoNs): void {
    const update = this.#update
    const bid = this.#bidTicks[instrument]!
    for (let i = 0; i < LEVELS; i++) {
      update.bidPrices[i] = bid - i
      update.askPrices[i] = bid + 1 + i
      update.bidQtys[i] = LEVEL_UNITS
      update.askQtys[i] = LEVEL_UNITS
    }
    update.bidCount = LEVELS
    update.askCount = LEVELS
    update.lastUpdateId = this.#updateIds[instrument]!
    this.#context!.market.onDepthSnapshot(instrument, update, nowNs)
  }

  #nextId(instrument: number): number {
    this.#messages++
    return ++this.#updateIds[instrument]!
  }
}

class MemoryAccount implements VenueAccount {
  readonly marketName = MARKET_NAME
  readonly account: number
  readonly orderWindowNs = 3 * NS_PER_S
  readonly venueOffsetUs = 0
  isUp = false
  placedCount = 0
  readonly #context: VenueContext
  readonly #placed: number[] = []
  readonly #cancelled: number[] = []
  readonly #listings: number[] = []
  #isSessionNews = false
  #areBalancesWanted = false

  constructor(context: VenueContext, account: number) {
    this.#context = context
    this.account = account
  }

  start(): void {
    this.isUp = true
    this.#isSessionNews = true
  }

  stop(): void {
    this.isUp = false
  }

  place(order: number): Outcome {
    this.#placed.push(order)
    this.placedCount++
    return Outcome.Ok
  }

  keepWarm(): void {}

  cancel(order: number): Outcome {
    this.#cancelled.push(order)
    return Outcome.Ok
  }

  amend(): Outcome {
    return Outcome.Unsupported
  }

  requestOrder(_order: number, token: number): Outcome {
    return this.#list(token)
  }

  requestOpenOrders(_instrument: number, token: number): Outcome {
    return this.#list(token)
  }

  requestOrderHistory(_instrument: number, _sinceUs: number, token: number): Outcome {
    return this.#list(token)
  }

  requestFills(_instrument: number, _trade: string, _sinceUs: number, token: number): Outcome {
    return this.#list(token)
  }

  requestOrderFills(_order: number, token: number): Outcome {
    return this.#list(token)
  }

  requestBalances(token: number): Outcome {
    this.#areBalancesWanted = true
    return this.#list(token)
  }

  answer(nowNs: MonoNs): boolean {
    const { events } = this.#context
    if (this.#isSessionNews) {
      events.claim(VenueEventKind.SessionUp, this.account, nowNs)
      events.publish()
      this.#isSessionNews = false
    }
    if (this.#areBalancesWanted) this.#tellBalances(nowNs)
    for (const token of this.#listings.splice(0)) {
      const event = events.claim(VenueEventKind.ListingEnd, this.account, nowNs)
      event.token = token
      event.complete = true
      events.publish()
    }
    for (const order of this.#placed) this.#accept(order, nowNs)
    for (const order of this.#cancelled) {
      this.#say(VenueEventKind.Cancelled, order, nowNs)
      events.publish()
    }
    this.#placed.length = 0
    this.#cancelled.length = 0
    return events.count > 0
  }

  #tellBalances(nowNs: MonoNs): void {
    const { events, instruments } = this.#context
    this.#areBalancesWanted = false
    for (let i = -1; i < instruments.count; i++) {
      const event = events.claim(VenueEventKind.Balance, this.account, nowNs)
      event.asset = i < 0 ? 'USDT' : instruments.at(i).baseAsset
      event.free = PLENTY
      event.locked = '0'
      events.publish()
    }
  }

  #accept(order: number, nowNs: MonoNs): void {
    const { events, orders } = this.#context
    this.#say(VenueEventKind.Accepted, order, nowNs)
    events.publish()
    const clientIdLo = orders.clientIdLo(order)
    if (clientIdLo % ORDERS_PER_FILL !== ORDERS_PER_FILL - 1) return
    const fill = this.#say(VenueEventKind.Fill, order, nowNs)
    fill.tradeId = `${orders.clientIdHi(order)}-${clientIdLo}`
    fill.priceUnits = orders.priceUnits(order)
    fill.qtyUnits = orders.qtyUnits(order)
    fill.cumQtyUnits = orders.qtyUnits(order)
    events.publish()
  }

  /** A claimed event about an order; the caller adds what it must and publishes it. */
  #say(kind: VenueEventKind, order: number, nowNs: MonoNs) {
    const { events, orders } = this.#context
    const event = events.claim(kind, this.account, nowNs)
    event.clientIdHi = orders.clientIdHi(order)
    event.clientIdLo = orders.clientIdLo(order)
    event.instrument = orders.instrument(order)
    event.side = orders.side(order)
    event.cumQtyUnits = orders.filledUnits(order)
    return event
  }

  #list(token: number): Outcome {
    this.#listings.push(token)
    return Outcome.Ok
  }
}
