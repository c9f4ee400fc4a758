// The port every venue market is seen through. A venue folder implements it with the same files
// and the same exported names; nothing above this line knows a venue's wire.
//
// A venue never calls a clock: nowNs is an argument, and the venue's own time is nowNs plus a
// measured offset (HP-C8). It speaks upwards only through MarketSink, VenueEventQueue and notices.
import type { NoticeSink } from '#core/notice.ts'
import type { Outcome } from '#core/outcome.ts'
import type { Prng } from '#core/prng.ts'
import type { TimerWheel } from '#core/timer-wheel.ts'
import type { MonoNs, PriceUnits, QtyUnits } from '#core/units.ts'
import type { InstrumentFacts, InstrumentTable } from '#market/instrument.ts'
import type { MarketSink, SnapshotSource } from '#market/market-sink.ts'
import type { OrderTable } from '#order/order-table.ts'
import type { VenueEventQueue } from '#order/venue-event-queue.ts'
import type { Kernels } from '#kernel/kernels.ts'
import type { Dialer } from '#wire/byte-link.ts'
import type { WireContext } from '#wire/websocket-session.ts'

/** What the engine lends a venue. */
export interface VenueContext {
  readonly dialer: Dialer
  readonly timers: TimerWheel
  readonly prng: Prng
  readonly instruments: InstrumentTable
  readonly market: MarketSink
  readonly orders: OrderTable
  readonly events: VenueEventQueue
  readonly notices: NoticeSink
  /** The make of the kernels that this engine runs on. */
  readonly kernels: Kernels
}

/** Base addresses of a venue market, each without a trailing slash; config may override them. */
export interface VenueUrls {
  readonly rest: string
  readonly ws: string
  readonly ws_api: string
}

export interface Credentials {
  readonly kind: 'hmac' | 'ed25519'
  readonly key: string
  /** HMAC secret, or the Ed25519 private key as PKCS#8 PEM or base64 DER. */
  readonly secret: string
}

/** Told once per call of requestListings. */
export interface ListingsListener {
  onListings(facts: readonly InstrumentFacts[], nowNs: MonoNs): void
  /** `isFinal`: asking again cannot help (a symbol that does not exist). */
  onListingsFailed(detail: string, isFinal: boolean, nowNs: MonoNs): void
}

export interface MarketHealth {
  readonly connected: boolean
  readonly reconnects: number
  readonly messages: number
  /** Messages that could not be decoded; each is refused and leaves the book as it was. */
  readonly refused: number
}

/** Public data of one venue market. */
export interface VenueMarket extends SnapshotSource {
  readonly name: string
  /** Fetches and decodes the listings of `symbols` (BASE/QUOTE or the venue's spelling). */
  requestListings(symbols: readonly string[], listener: ListingsListener, nowNs: MonoNs): void
  /** Streams these instruments from start() on. */
  subscribe(instrument: number): void
  start(nowNs: MonoNs): void
  stop(nowNs: MonoNs): void
  /** Decodes the last message once more, for nobody: what decoding needs stays in the caches. */
  keepWarm(): void
  health(): MarketHealth
}

/** Order entry, private stream and account queries of one account on one venue market. */
export interface VenueAccount {
  readonly marketName: string
  /** Index of the account: VenueEvent.account. */
  readonly account: number
  /** Connects; SessionUp follows in the queue, SessionDown after each loss, and it reconnects. */
  start(nowNs: MonoNs): void
  stop(nowNs: MonoNs): void
  readonly isUp: boolean
  /** Longest time the venue may still act on a request sent now (its recvWindow), ns. */
  readonly orderWindowNs: number

  /** Sends the order in one write, or says why not. The answer comes as a VenueEvent. */
  place(order: number, nowNs: MonoNs): Outcome
  cancel(order: number, nowNs: MonoNs): Outcome
  /** Composes a request of each kind about the order and sends none, for the same reason. */
  keepWarm(order: number, nowNs: MonoNs): void
  /** Shrinks an order in place where the venue can; Unsupported elsewhere. */
  amend(order: number, price: PriceUnits, qty: QtyUnits, nowNs: MonoNs): Outcome

  /** ReportedOpen, ReportedDone or NotFound, then ListingEnd(token). */
  requestOrder(order: number, token: number, nowNs: MonoNs): Outcome
  /** Every open order of the account on the instrument, then ListingEnd(token). */
  requestOpenOrders(instrument: number, token: number, nowNs: MonoNs): Outcome
  /**
   * Every order of the account on the instrument, in any state, created or changed since `sinceUs`
   * (Binance: allOrders): ReportedOpen / ReportedDone rows, then ListingEnd(token). Its absence
   * from a complete listing proves that an old enough order was never accepted.
   */
  requestOrderHistory(instrument: number, sinceUs: number, token: number, nowNs: MonoNs): Outcome
  /** Fills of the account on the instrument from `sinceTradeId` on ('' = from `sinceUs`). */
  requestFills(
    instrument: number,
    sinceTradeId: string,
    sinceUs: number,
    token: number,
    nowNs: MonoNs,
  ): Outcome
  /** Fills of one order that the venue has named, however old; Unsupported while it has not. */
  requestOrderFills(order: number, token: number, nowNs: MonoNs): Outcome
  /** Balance events for every asset that is not zero, then ListingEnd(token). */
  requestBalances(token: number, nowNs: MonoNs): Outcome

  /**
   * The venue's own dead-man's switch: unless it is armed anew within `timeoutNs` the venue cancels
   * every order of the account, whoever placed it. 0 disarms. Unsupported, or absent, where the
   * venue has none.
   */
  armDeadMan?(timeoutNs: number, nowNs: MonoNs): Outcome

  /** Venue wall time minus (nowNs / 1000), µs; NaN before the first measurement. */
  readonly venueOffsetUs: number
}

/** An open order as a listing over all symbols of an account shows it, in the venue's words. */
export interface OpenOrder {
  readonly symbol: string
  readonly clientOrderId: string
  readonly venueOrderId: string
  readonly status: string
  readonly filled: string
  readonly quantity: string
}

/** Each question ends in one call of the listener it was given. */
export interface RescueListener {
  onOpenOrders(orders: readonly OpenOrder[], nowNs: MonoNs): void
  /** The order is over: cancelled now, or before. */
  onCancelled(order: OpenOrder, nowNs: MonoNs): void
  /** Nothing is known from it; `order` is null for a listing. */
  onFailed(order: OpenOrder | null, detail: string, nowNs: MonoNs): void
}

/**
 * What somebody needs who takes back orders that no engine looks after: no tables, no stream, no
 * instruments, but every symbol of the account.
 */
export interface VenueRescue {
  /** Longest time the venue may still act on an order sent before, ns. */
  readonly orderWindowNs: number
  requestOpenOrders(listener: RescueListener, nowNs: MonoNs): void
  cancel(order: OpenOrder, listener: RescueListener, nowNs: MonoNs): void
  stop(nowNs: MonoNs): void
}

/** One entry of the registry: how a venue market comes to life. */
export interface VenueMake {
  readonly marketName: string
  readonly exchange: string
  readonly urls: VenueUrls
  createMarket(context: VenueContext, urls: VenueUrls): VenueMarket
  createAccount(
    context: VenueContext,
    urls: VenueUrls,
    account: number,
    credentials: Credentials,
  ): VenueAccount
  createRescue(context: WireContext, urls: VenueUrls, credentials: Credentials): VenueRescue
}
