// Hot path.
// What taking from one side of a book would get: quantity, worst and average price, net of our own
// orders. A reusable record, so that a walk allocates nothing.
import { Side, type MonoNs, type PriceUnits, type QtyUnits } from '#core/units.ts'
import type { OrderBook } from './order-book.ts'
import type { OwnDepth } from './own-depth.ts'
import { NO_PRICE } from './price-ladder.ts'

export class DepthWalk {
  /** Quantity found. */
  qtyUnits = 0 as QtyUnits
  /** The last price touched, NO_PRICE when nothing was found. */
  worstPrice: PriceUnits = NO_PRICE
  levelCount = 0
  /** Volume-weighted price in price units; 0 when nothing was found. A float: for choosing, not booking. */
  averagePriceUnits = 0

  /** Takes up to `qtyUnits` from the book's `side` (a buy takes from Side.Sell), best first. */
  takeQty(book: OrderBook, own: OwnDepth, side: Side, qtyUnits: number, nowNs: MonoNs): void {
    this.#take(book, own, side, qtyUnits, NO_PRICE, nowNs)
  }

  /** Takes everything of the book's `side` at `limitPrice` or better. */
  takeWithin(
    book: OrderBook,
    own: OwnDepth,
    side: Side,
    limitPrice: PriceUnits,
    nowNs: MonoNs,
  ): void {
    this.#take(book, own, side, Infinity, limitPrice, nowNs)
  }

  #take(
    book: OrderBook,
    own: OwnDepth,
    side: Side,
    qtyMax: number,
    limitPrice: PriceUnits,
    nowNs: MonoNs,
  ): void {
    const best = book.bestPrice(side)
    // Weighting by the distance from the best keeps the sum small, hence precise.
    let weighted = 0
    let left = qtyMax
    this.qtyUnits = 0 as QtyUnits
    this.worstPrice = NO_PRICE
    this.levelCount = 0
    let price = best
    while (price !== NO_PRICE && left > 0 && isWithin(side, price, limitPrice)) {
      const others = book.qtyAt(side, price) - own.qtyAt(side, price, nowNs)
      if (others > 0) {
        const taken = Math.min(others, left)
        left -= taken
        weighted += (price - best) * taken
        this.qtyUnits = (this.qtyUnits + taken) as QtyUnits
        this.worstPrice = price
        this.levelCount++
      }
      price = book.nextPrice(side, price)
    }
    this.averagePriceUnits = this.qtyUnits === 0 ? 0 : best + weighted / this.qtyUnits
  }
}

/** NO_PRICE bounds nothing. Bids are within when at or above the limit, asks at or below. */
function isWithin(side: Side, price: PriceUnits, limitPrice: PriceUnits): boolean {
  if (limitPrice === NO_PRICE) return true
  return side === Side.Buy ? price >= limitPrice : price <= limitPrice
}
