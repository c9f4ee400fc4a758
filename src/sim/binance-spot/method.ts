// What one endpoint is, whichever door it is reached through: a REST route and a WS API method
// that share parameters, weight and result.
import type { SimExchange, SimTrade } from '#sim/exchange-types.ts'
import type { Listings } from './listings.ts'
import type { MessageFaults } from './message-faults.ts'
import type { Overtakes } from './overtakes.ts'
import type { Parameters } from './parameters.ts'
import type { RateLimits } from './rate-limits.ts'
import type { TradeHistory } from './trade-history.ts'
import type { Stamp, VenueClock } from './wire-text.ts'

/** One request that passed authentication. */
export interface Call {
  readonly params: Parameters
  /** '' on a public method. */
  readonly account: string
  readonly nowUs: number
  readonly stamp: Stamp
}

/** `name` as the WS API spells the method, '' for one that only REST has. */
export type RequestTap = (name: string, call: Call) => void

/** `place` and `cancel` are what a fault plan can hit; the rest is `query`. */
export type MethodKind = 'place' | 'cancel' | 'query'

export interface Method {
  /** `GET /api/v3/order`; '' when REST does not have it. */
  readonly rest: string
  /** `order.status`; '' when the WS API does not have it. */
  readonly ws: string
  readonly kind: MethodKind
  readonly isSigned: boolean
  /** Weight; for `place` and `cancel` only a failure costs it. */
  readonly weight: (params: Parameters) => number
  /** Every parameter it reads. */
  readonly accepts: ReadonlySet<string>
  readonly run: (call: Call) => unknown
}

/** What the methods share. */
export interface VenueState {
  readonly exchange: SimExchange
  readonly clock: VenueClock
  readonly listings: Listings
  readonly limits: RateLimits
  readonly faults: MessageFaults
  readonly overtakes: Overtakes
  /** The snapshot of a symbol that was told last: what a stale one repeats. */
  readonly toldDepths: Map<string, object>
  readonly histories: ReadonlyMap<string, TradeHistory>
  /** Fraction of the notional, decimal text. */
  readonly fees: { readonly maker: string; readonly taker: string }
  /** Hears of every request that passed authentication, before it is carried out. */
  readonly onRequest: RequestTap | undefined
  /** Set while a cancel runs, and while an order is placed. */
  readonly running: RunningRequest
}

/** What the private stream must know of the request that is being matched right now. */
export interface RunningRequest {
  /** Client id of the cancel in progress, '' otherwise. */
  cancelId: string
  /** The order that was placed or cancelled, 0 for none. */
  orderId: number
  /** Trades of the order being placed, in order. */
  readonly fills: SimTrade[]
  /** Client ids the venue has made up so far. */
  idsGiven: number
}

const SIGNED_PARAMETERS = ['timestamp', 'recvWindow', 'signature', 'apiKey']

interface MethodRow {
  readonly rest?: string
  readonly ws?: string
  readonly kind?: MethodKind
  readonly isSigned?: boolean
  readonly weight: number | ((params: Parameters) => number)
  /** Names separated by blanks. */
  readonly accepts?: string
  readonly run: (call: Call) => unknown
}

/** A row with its defaults filled in. */
export function method(row: MethodRow): Method {
  const { weight } = row
  const isSigned = row.isSigned ?? false
  const names = (row.accepts ?? '').split(' ').filter((name) => name !== '')
  return {
    rest: row.rest ?? '',
    ws: row.ws ?? '',
    kind: row.kind ?? 'query',
    isSigned,
    weight: typeof weight === 'number' ? () => weight : weight,
    accepts: new Set([...names, 'returnRateLimits', ...(isSigned ? SIGNED_PARAMETERS : [])]),
    run: row.run,
  }
}
