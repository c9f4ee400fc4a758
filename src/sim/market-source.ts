// What drives the anonymous side of an instrument, and what it may do to the book.
//
// A source (synthetic, capture) says when it next has something to do and does it when asked. It
// never sees accounts: it moves displayed quantity and prints trades, and the desk finds out which
// of our orders that fills. All times µs of the venue's clock.
import type { Side } from '#core/units.ts'

export interface MarketSource {
  /** Builds the opening book; called once, before the first step. */
  open(desk: MarketDesk): void
  /** When the source next has something to do; Infinity when never again. */
  nextEventUs(): number
  /** Does what is due at nextEventUs(), which moves on. */
  step(desk: MarketDesk): void
}

export interface MarketDesk {
  /**
   * The market quantity of a level becomes `qtyUnits`. Quantity that joins trades first with own
   * orders it crosses, at their price; what such a trade took is missing from the level.
   */
  setMarket(side: Side, priceUnits: number, qtyUnits: number, nowUs: number): void
  /**
   * An anonymous taker walks the opposite side within the limit, by price and queue.
   * Returns the quantity that traded.
   */
  take(aggressor: Side, limitUnits: number, qtyUnits: number, nowUs: number): number
  /**
   * A trade that took place at exactly this price: own orders better than it fill first (the
   * market traded through them), then the queue at the price; all of it is printed.
   */
  print(aggressor: Side, priceUnits: number, qtyUnits: number, nowUs: number): void
  marketUnits(side: Side, priceUnits: number): number
  /** Best price of the side that holds market quantity. */
  bestMarketPrice(side: Side): number | undefined
}
