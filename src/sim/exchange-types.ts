// What a front and a matching engine say to each other. Everything is decimal text or scaled
// integers of the simulated instrument; nothing here knows a venue's wire.
import type { Side } from '#core/units.ts'
import type { OrderType, RejectReason, TimeInForce } from '#order/order-codes.ts'

export interface SimInstrument {
  readonly symbol: string
  readonly venueSymbol: string
  readonly baseAsset: string
  readonly quoteAsset: string
  readonly priceScale: number
  readonly qtyScale: number
  readonly tickUnits: number
  readonly lotUnits: number
  readonly minQtyUnits: number
  readonly maxQtyUnits: number
  /** Decimal text in quote. */
  readonly minNotional: string
  readonly status: 'TRADING' | 'HALT'
}

export interface SimOrderRequest {
  readonly account: string
  readonly symbol: string
  readonly clientOrderId: string
  readonly side: Side
  readonly type: OrderType
  readonly timeInForce: TimeInForce
  /** 0 for a market order. */
  readonly priceUnits: number
  readonly qtyUnits: number
}

export type SimOrderStatus = 'new' | 'partially_filled' | 'filled' | 'cancelled' | 'expired'

export interface SimOrder {
  readonly orderId: number
  readonly account: string
  readonly symbol: string
  readonly clientOrderId: string
  readonly side: Side
  readonly type: OrderType
  readonly timeInForce: TimeInForce
  readonly priceUnits: number
  readonly qtyUnits: number
  filledUnits: number
  /** Σ price × qty of its fills, in 10^-(priceScale + qtyScale) of quote. */
  quoteUnits: bigint
  status: SimOrderStatus
  readonly createdUs: number
  updatedUs: number
}

export interface SimTrade {
  readonly tradeId: number
  readonly orderId: number
  readonly account: string
  readonly symbol: string
  readonly side: Side
  readonly priceUnits: number
  readonly qtyUnits: number
  /** Decimal text, positive = paid. */
  readonly fee: string
  readonly feeAsset: string
  readonly isMaker: boolean
  readonly timeUs: number
}

export interface SimRefusal {
  readonly reason: RejectReason
  readonly text: string
}

export interface SimBalance {
  readonly asset: string
  readonly free: string
  readonly locked: string
}

/** What happened, in order; a front turns it into streams. Called inside place, cancel, advance. */
export interface ExchangeListener {
  onOrderNew(order: SimOrder): void
  onOrderTrade(order: SimOrder, trade: SimTrade): void
  /** Cancelled or expired; a filled order ends with its last onOrderTrade. */
  onOrderDone(order: SimOrder): void
  onBalances(account: string, changed: readonly SimBalance[], timeUs: number): void
  /** A public trade; `aggressor` crossed. */
  onPublicTrade(
    symbol: string,
    tradeId: number,
    priceUnits: number,
    qtyUnits: number,
    aggressor: Side,
    timeUs: number,
  ): void
  /** The aggregate public quantity at a price is now `qtyUnits` (0 = gone), own orders included. */
  onLevel(symbol: string, side: Side, priceUnits: number, qtyUnits: number, updateId: number): void
}

export interface SimDepth {
  readonly lastUpdateId: number
  /** Best first: [priceUnits, qtyUnits]. */
  readonly bids: readonly (readonly [number, number])[]
  readonly asks: readonly (readonly [number, number])[]
}

/** The venue's truth about one venue market. All times µs of the venue's clock. */
export interface SimExchange {
  readonly instruments: readonly SimInstrument[]
  /** Moves the market model to `nowUs`: quotes change, trades print, our resting orders fill. */
  advanceTo(nowUs: number): void
  /** When the market model next has something to do, µs; Infinity when never. */
  nextEventUs(): number
  place(request: SimOrderRequest, nowUs: number): SimOrder | SimRefusal
  /** By venue id or client id; refusal UnknownOrder when it is not open. */
  cancel(account: string, symbol: string, ref: SimOrderRef, nowUs: number): SimOrder | SimRefusal
  order(account: string, symbol: string, ref: SimOrderRef): SimOrder | undefined
  openOrders(account: string, symbol?: string): readonly SimOrder[]
  orders(account: string, symbol: string): readonly SimOrder[]
  trades(account: string, symbol: string): readonly SimTrade[]
  balances(account: string): readonly SimBalance[]
  depth(symbol: string, levels: number): SimDepth
  /** Every order, fill and balance as the venue sees them: the admin ledger. */
  ledger(): unknown
}

export type SimOrderRef = { readonly orderId: number } | { readonly clientOrderId: string }
