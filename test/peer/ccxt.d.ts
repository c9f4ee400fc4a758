// The part of ccxt that these tests use. Declared here, because the package is installed on demand
// and the sources must compile without it; its own types leave half of the values `any`.
declare module 'ccxt' {
  interface Precise {
    readonly price: number
    readonly amount: number
  }

  export interface Market {
    readonly symbol: string
    readonly id: string
    readonly spot: boolean
    readonly active: boolean
    readonly precision: Precise
    readonly limits: { readonly cost: { readonly min: number } }
  }

  export interface OrderBook {
    readonly bids: readonly (readonly [price: number, amount: number])[]
    readonly asks: readonly (readonly [price: number, amount: number])[]
    /** Binance's update id. */
    readonly nonce: number
  }

  export interface Ticker {
    readonly symbol: string
    readonly bid: number
    readonly ask: number
    readonly last: number
    readonly high: number
    readonly low: number
    readonly baseVolume: number
  }

  export interface Fee {
    readonly cost: number
    readonly currency: string
  }

  export interface Trade {
    readonly id: string
    readonly order: string | undefined
    readonly symbol: string
    readonly side: 'buy' | 'sell'
    readonly price: number
    readonly amount: number
    readonly cost: number
    readonly timestamp: number
    readonly takerOrMaker: 'taker' | 'maker' | undefined
    readonly fee: Fee | undefined
  }

  export interface Order {
    readonly id: string
    readonly clientOrderId: string
    readonly symbol: string
    readonly status: 'open' | 'closed' | 'canceled' | 'expired' | 'rejected'
    readonly side: 'buy' | 'sell'
    readonly type: string
    readonly price: number
    readonly amount: number
    readonly filled: number
    readonly remaining: number
    readonly average: number | undefined
    readonly timeInForce: string
  }

  export type Amounts = Readonly<Record<string, number>>

  export interface Balances {
    readonly free: Amounts
    readonly used: Amounts
    readonly total: Amounts
  }

  /** Open, high, low, close, volume behind the opening time in ms. */
  export type Candle = readonly [number, number, number, number, number, number]
  export type Params = Readonly<Record<string, string | number | boolean>>

  export interface ExchangeOptions {
    readonly apiKey: string
    readonly secret: string
    readonly enableRateLimit: boolean
    readonly options: object
  }

  class Binance {
    constructor(options: ExchangeOptions)
    readonly urls: { readonly api: object }
    readonly options: Record<string, unknown>
    readonly timeframes: Readonly<Record<string, string>>
    /** As the private stream has told them so far. */
    readonly balance: { readonly spot: Balances }
    loadHttpProxyAgent(): Promise<unknown>
    close(): Promise<unknown>

    loadMarkets(): Promise<Readonly<Record<string, Market>>>
    loadTimeDifference(): Promise<number>
    fetchTime(): Promise<number>
    fetchOrderBook(symbol: string, limit?: number): Promise<OrderBook>
    fetchTicker(symbol: string): Promise<Ticker>
    fetchTickers(): Promise<Readonly<Record<string, Ticker>>>
    fetchTrades(symbol: string, since?: number, limit?: number, params?: Params): Promise<Trade[]>
    fetchOHLCV(symbol: string, interval: string, since?: number, limit?: number): Promise<Candle[]>

    createOrder(
      symbol: string,
      type: 'limit' | 'market',
      side: 'buy' | 'sell',
      amount: number,
      price?: number,
      params?: Params,
    ): Promise<Order>
    editOrder(
      id: string,
      symbol: string,
      type: 'limit',
      side: 'buy' | 'sell',
      amount: number,
      price: number,
    ): Promise<Order>
    cancelOrder(id: string, symbol: string): Promise<Order>
    cancelAllOrders(symbol: string): Promise<Order[]>
    fetchOrder(id: string | undefined, symbol: string, params?: Params): Promise<Order>
    fetchOpenOrders(symbol: string): Promise<Order[]>
    fetchOrders(symbol: string): Promise<Order[]>
    fetchMyTrades(symbol: string): Promise<Trade[]>
    fetchBalance(): Promise<Balances>
    /** GET /api/v3/depth as it is. */
    publicGetDepth(params: Params): Promise<unknown>

    watchOrderBook(symbol: string): Promise<OrderBook>
    watchTicker(symbol: string, params: Params): Promise<Ticker>
    watchBidsAsks(symbols: readonly string[]): Promise<Readonly<Record<string, Ticker>>>
    watchTrades(symbol: string): Promise<Trade[]>
    watchOHLCV(symbol: string, interval: string): Promise<Candle[]>
    /** Resolves once private events flow. */
    ensureUserDataStreamWsSubscribeSignature(type: 'spot'): Promise<unknown>
    watchOrders(symbol: string): Promise<Order[]>
    watchMyTrades(symbol: string): Promise<Trade[]>
    watchBalance(): Promise<Balances>

    createOrderWs(
      symbol: string,
      type: 'limit' | 'market',
      side: 'buy' | 'sell',
      amount: number,
      price?: number,
    ): Promise<Order>
    editOrderWs(
      id: string,
      symbol: string,
      type: 'limit',
      side: 'buy' | 'sell',
      amount: number,
      price: number,
    ): Promise<Order>
    cancelOrderWs(id: string, symbol: string): Promise<Order>
    fetchOrderWs(id: string, symbol: string): Promise<Order>
    fetchOpenOrdersWs(symbol: string): Promise<Order[]>
    fetchTradesWs(symbol: string, since?: number, limit?: number): Promise<Trade[]>
  }

  const ccxt: { readonly pro: { readonly binance: typeof Binance } }
  export default ccxt

  export class InsufficientFunds extends Error {}
  export class OrderNotFound extends Error {}
  export class InvalidOrder extends Error {}
  export class OrderImmediatelyFillable extends InvalidOrder {}
  export class BadSymbol extends Error {}
  export class BadRequest extends Error {}
  export class MarketClosed extends Error {}
  export class AuthenticationError extends Error {}
  export class InvalidNonce extends Error {}
}
