// The names a configuration may use. A test holds them against the venue registry, so that a
// venue market which can trade is one that can be configured.

/** Venue market → the exchange whose accounts trade there. */
export const EXCHANGE_BY_MARKET: Readonly<Record<string, string>> = {
  binance_spot: 'binance',
}

export const EXCHANGES: readonly string[] = [...new Set(Object.values(EXCHANGE_BY_MARKET))]
export const MARKETS: readonly string[] = Object.keys(EXCHANGE_BY_MARKET)
export const TASK_TYPES = ['iceberg'] as const
