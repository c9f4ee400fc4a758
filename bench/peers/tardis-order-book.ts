// tardis-dev's order book: a red-black tree a side, changed by its normalized messages.
import { createRequire } from 'node:module'

export interface TardisLevel {
  readonly price: number
  /** 0 deletes. */
  readonly amount: number
}

/** What of a `book_change` the book reads. */
export interface TardisBookChange {
  readonly isSnapshot: boolean
  readonly bids: readonly TardisLevel[]
  readonly asks: readonly TardisLevel[]
}

export interface TardisOrderBook {
  update(change: TardisBookChange): void
  bestBid(): TardisLevel | undefined
}

interface TardisDev {
  readonly OrderBook: new () => TardisOrderBook
}

export function tardisOrderBook(): TardisOrderBook {
  const { OrderBook } = createRequire(import.meta.url)('tardis-dev') as TardisDev
  return new OrderBook()
}
