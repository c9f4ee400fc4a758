// The numbers of the order model. They enter typed arrays and the journal: append, never renumber.

export const OrderType = { Limit: 0, Market: 1, LimitMaker: 2 } as const
export type OrderType = (typeof OrderType)[keyof typeof OrderType]
export const ORDER_TYPE_NAMES = ['limit', 'market', 'limit_maker'] as const

export const TimeInForce = { Gtc: 0, Ioc: 1, Fok: 2, Gtd: 3 } as const
export type TimeInForce = (typeof TimeInForce)[keyof typeof TimeInForce]
export const TIME_IN_FORCE_NAMES = ['gtc', 'ioc', 'fok', 'gtd'] as const

/** Why a venue definitely refused, in neutral categories; wire-codes of each venue map to them. */
export const RejectReason = {
  None: 0,
  InsufficientBalance: 1,
  UnknownOrder: 2,
  DuplicateClientId: 3,
  InvalidClientId: 4,
  InvalidPrice: 5,
  InvalidQty: 6,
  InvalidNotional: 7,
  RateLimited: 8,
  ClockSkew: 9,
  Auth: 10,
  MarketClosed: 11,
  PostOnlyWouldTake: 12,
  NoLiquidity: 13,
  RiskLimit: 14,
  BadRequest: 15,
  /** The venue refused for a reason that is on its allow-list but has no category. */
  Other: 16,
  /** The order is still open although the cancel was refused (cancel restrictions). */
  StillOpen: 17,
} as const
export type RejectReason = (typeof RejectReason)[keyof typeof RejectReason]
export const REJECT_REASON_NAMES = [
  'none',
  'insufficient_balance',
  'unknown_order',
  'duplicate_client_id',
  'invalid_client_id',
  'invalid_price',
  'invalid_qty',
  'invalid_notional',
  'rate_limited',
  'clock_skew',
  'auth',
  'market_closed',
  'post_only_would_take',
  'no_liquidity',
  'risk_limit',
  'bad_request',
  'other',
  'still_open',
] as const
