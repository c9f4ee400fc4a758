// The words of Binance spot, mapped to the neutral ones, each table in one place.
//
// A refusal counts as definite only when it stands on the allow-list below. Everything else
// (5xx, -1000, -1001, -1006, -1007, a code nobody has seen) leaves the outcome unknown: the
// order may live, and only a query decides. -1013, -2010 and -2011 carry the matching engine's
// words, so they are told apart by the beginning of the message, in any case of letters.
// Source: Binance spot errors document and enums, 2026-07-21.
import { RejectReason } from '#order/order-codes.ts'
import { Terminal } from '#order/venue-event.ts'

export const CLOCK_SKEW_CODE = -1021
export const UNKNOWN_SYMBOL_CODE = -1121
export const NO_SUCH_ORDER_CODE = -2013

const R = RejectReason

/** [first code, last code, beginning of the message or '' for any, reason]: first match wins. */
const DEFINITE: readonly (readonly [number, number, string, RejectReason])[] = [
  [-1002, -1002, '', R.Auth],
  [-1003, -1003, '', R.RateLimited],
  [-1008, -1008, '', R.RateLimited],
  [-1013, -1013, 'filter failure: price_filter', R.InvalidPrice],
  [-1013, -1013, 'filter failure: percent_price', R.InvalidPrice],
  [-1013, -1013, 'filter failure: lot_size', R.InvalidQty],
  [-1013, -1013, 'filter failure: market_lot_size', R.InvalidQty],
  [-1013, -1013, 'filter failure: iceberg_parts', R.InvalidQty],
  [-1013, -1013, 'filter failure: notional', R.InvalidNotional],
  [-1013, -1013, 'filter failure: min_notional', R.InvalidNotional],
  [-1013, -1013, 'filter failure: max_num', R.RateLimited],
  [-1013, -1013, 'filter failure: exchange_max_num', R.RateLimited],
  [-1013, -1013, 'filter failure: max_position', R.RiskLimit],
  [-1013, -1013, 'market is closed', R.MarketClosed],
  [-1013, -1013, '', R.Other],
  [-1015, -1015, '', R.RateLimited],
  [CLOCK_SKEW_CODE, CLOCK_SKEW_CODE, '', R.ClockSkew],
  [-1022, -1022, '', R.Auth],
  [-1034, -1034, '', R.RateLimited],
  [-1100, -1100, "illegal characters found in parameter 'newclientorderid'", R.InvalidClientId],
  [-1106, -1100, '', R.BadRequest],
  [-1111, -1111, "parameter 'quantity'", R.InvalidQty],
  [-1111, -1111, '', R.InvalidPrice],
  [-1112, -1112, '', R.NoLiquidity],
  [-1121, -1114, '', R.BadRequest],
  [-1128, -1128, '', R.BadRequest],
  [-1131, -1130, '', R.BadRequest],
  [-2010, -2010, 'account has insufficient balance', R.InsufficientBalance],
  [-2010, -2010, 'duplicate order sent', R.DuplicateClientId],
  [-2010, -2010, 'order would immediately match and take', R.PostOnlyWouldTake],
  [-2010, -2010, 'this symbol is not permitted', R.Auth],
  [-2010, -2010, 'market is closed', R.MarketClosed],
  [-2010, -2010, 'order book liquidity is less than', R.NoLiquidity],
  [-2010, -2010, 'filter failure: max_num', R.RateLimited],
  [-2010, -2010, 'filter failure: exchange_max_num', R.RateLimited],
  [-2010, -2010, 'filter failure: max_position', R.RiskLimit],
  [-2010, -2010, '', R.Other],
  [-2011, -2011, 'unknown order sent', R.UnknownOrder],
  [-2011, -2011, 'order was not canceled due to cancel restrictions', R.StillOpen],
  [-2011, -2011, '', R.Other],
  [NO_SUCH_ORDER_CODE, NO_SUCH_ORDER_CODE, '', R.UnknownOrder],
  [-2015, -2014, '', R.Auth],
  [-2026, -2026, '', R.UnknownOrder],
  [-2038, -2038, '', R.Other],
  [-2039, -2039, '', R.UnknownOrder],
]

/**
 * The reason of a refusal that is certain; None where the outcome stays unknown.
 * `status` is the HTTP status or the WS API's: 5xx is never certain, 418 and 429 always are.
 */
export function definiteReason(status: number, code: number, message: string): RejectReason {
  if (status >= 500) return R.None
  if (status === 418 || status === 429) return R.RateLimited
  const words = message.toLowerCase()
  for (const [first, last, beginning, reason] of DEFINITE) {
    if (code >= first && code <= last && words.startsWith(beginning)) return reason
  }
  return R.None
}

/** Why the private stream says an order was rejected. */
export function streamRejectReason(words: string): RejectReason {
  if (words === 'INSUFFICIENT_BALANCES') return R.InsufficientBalance
  if (words === 'WOULD_MATCH_IMMEDIATELY') return R.PostOnlyWouldTake
  return R.Other
}

/** Open, or how it ended; undefined for a status that no document names. */
export function orderStatus(status: string): 'open' | Terminal | undefined {
  return ORDER_STATUS.get(status)
}

const ORDER_STATUS: ReadonlyMap<string, 'open' | Terminal> = new Map<string, 'open' | Terminal>([
  ['NEW', 'open'],
  ['PENDING_NEW', 'open'],
  ['PARTIALLY_FILLED', 'open'],
  ['PENDING_CANCEL', 'open'],
  ['FILLED', Terminal.Filled],
  ['CANCELED', Terminal.Cancelled],
  ['REJECTED', Terminal.Rejected],
  ['EXPIRED', Terminal.Expired],
  ['EXPIRED_IN_MATCH', Terminal.Expired],
])

export const ORDER_SIDES = ['BUY', 'SELL'] as const
/** By OrderType. A post-only order is its own type here and carries no time in force. */
export const ORDER_TYPES = ['LIMIT', 'MARKET', 'LIMIT_MAKER'] as const
/** By TimeInForce; Binance spot has no good-till-date. */
export const TIMES_IN_FORCE: readonly string[] = ['GTC', 'IOC', 'FOK']
