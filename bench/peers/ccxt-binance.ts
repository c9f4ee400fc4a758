// ccxt.pro's Binance, without a network: one market is known, the WebSocket client is its own but
// never connects. What its methods do with a message is what they do with one from the wire.
import ccxt from 'ccxt'

/** What `watchBidsAsks` keeps for each symbol, as far as it is read here. */
interface BidAsk {
  readonly bid: number
  readonly ask: number
}

/** Prices and sizes, best first. */
export interface CcxtBookSide {
  readonly length: number
  readonly [level: number]: readonly [price: number, size: number]
  /** Sets a level, 0 deletes it: what the handler of depth diffs calls for each one. */
  store(price: number, size: number): void
}

export interface CcxtBinance {
  readonly bidsasks: Readonly<Record<string, BidAsk>>
  readonly urls: { readonly api: { readonly ws: { readonly spot: string } } }
  safeMarketStructure(market: object): object
  setMarkets(markets: readonly object[]): void
  /** The client that `watch…` would connect; `onMessage` is where its socket delivers. */
  client(url: string): { onMessage(event: { readonly data: Buffer }): void }
  orderBook(): { readonly bids: CcxtBookSide; readonly asks: CcxtBookSide }
}

export const SYMBOL = 'BTC/USDT'

export function ccxtBinance(): CcxtBinance {
  const options = { apiKey: '', secret: '', enableRateLimit: false, options: {} }
  const binance = new ccxt.pro.binance(options) as unknown as CcxtBinance
  const market = {
    id: 'BTCUSDT',
    symbol: SYMBOL,
    base: 'BTC',
    quote: 'USDT',
    type: 'spot',
    spot: true,
    active: true,
    precision: { price: 0.01, amount: 0.00001 },
  }
  binance.setMarkets([binance.safeMarketStructure(market)])
  return binance
}

/** Takes the bytes of a market data message the way from the socket to ccxt's caches. */
export function ccxtReceiver(binance: CcxtBinance): (data: Buffer) => void {
  // The address decides which market an ambiguous id such as BTCUSDT belongs to.
  const client = binance.client(`${binance.urls.api.ws.spot}/0`)
  return (data) => client.onMessage({ data })
}
