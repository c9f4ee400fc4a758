// Every venue market this engine knows, by name. Adding a venue is a folder and a line here.
import { EngineError } from '#core/engine-error.ts'
import { BINANCE_SPOT_URLS, EXCHANGE_NAME, MARKET_NAME } from './binance-spot/endpoints.ts'
import { BinanceSpotMarket } from './binance-spot/market-feed.ts'
import { BinanceSpotAccount } from './binance-spot/order-gateway.ts'
import { BinanceSpotRescue } from './binance-spot/rescue-gateway.ts'
import type { VenueMake } from './venue.ts'

export const VENUE_MAKES: readonly VenueMake[] = [
  {
    marketName: MARKET_NAME,
    exchange: EXCHANGE_NAME,
    urls: BINANCE_SPOT_URLS,
    createMarket: (context, urls) => new BinanceSpotMarket(context, urls),
    createAccount: (context, urls, account, credentials) =>
      new BinanceSpotAccount(context, urls, account, credentials),
    createRescue: (context, urls, credentials) => new BinanceSpotRescue(context, urls, credentials),
  },
]

/** @throws EngineError `unknown_market`, naming those that there are. */
export function findVenueMake(marketName: string): VenueMake {
  const make = VENUE_MAKES.find((known) => known.marketName === marketName)
  if (make !== undefined) return make
  const known = VENUE_MAKES.map((each) => each.marketName).join(', ')
  throw new EngineError(
    'unknown_market',
    `there is no venue market "${marketName}" (known: ${known})`,
  )
}
