// Hot path.
// The references a task prices from: best bid, best ask and mid without our own orders. A level
// that displays no more than we have there is skipped; when nothing else is visible the last value
// stands, so that a quote alone at the touch never chases itself.
//
//   SELL −2 alone at the touch     ask 43250.00 × 5          net ask 43250.00, we sell at 43249.98
//                                  ask 43249.98 × 0.1 ours   net ask 43250.00 still: nothing moves
//
// One record for each account and instrument that trades; it remembers between reads.
import { BookState } from './book-state.ts'
import { Side, type MonoNs, type PriceUnits } from '#core/units.ts'
import type { OrderBook } from './order-book.ts'
import type { OwnDepth } from './own-depth.ts'
import { NO_PRICE } from './price-ladder.ts'

export class NetTop {
  /** NO_PRICE until a bid of somebody else was seen. */
  bidPrice: PriceUnits = NO_PRICE
  /** NO_PRICE until an ask of somebody else was seen. */
  askPrice: PriceUnits = NO_PRICE

  /** Reads both sides; true when both are known, now or from before. */
  read(book: OrderBook, own: OwnDepth, nowNs: MonoNs): boolean {
    const bid = netBest(book, own, Side.Buy, nowNs)
    const ask = netBest(book, own, Side.Sell, nowNs)
    if (bid !== NO_PRICE) this.bidPrice = bid
    if (ask !== NO_PRICE) this.askPrice = ask
    return this.bidPrice !== NO_PRICE && this.askPrice !== NO_PRICE
  }

  /** The own side's best: buy → bid. */
  near(side: Side): PriceUnits {
    return side === Side.Buy ? this.bidPrice : this.askPrice
  }

  /** The opposite best: buy → ask. */
  far(side: Side): PriceUnits {
    return side === Side.Buy ? this.askPrice : this.bidPrice
  }

  /** Middle of bid and ask in price units, exact: a multiple of one half. Needs both sides. */
  get midUnits(): number {
    return (this.bidPrice + this.askPrice) / 2
  }

  /** Forgets what was seen: after a rebuild prices have another meaning. */
  clear(): void {
    this.bidPrice = NO_PRICE
    this.askPrice = NO_PRICE
  }
}

/** The best displayed price where somebody else stands, or NO_PRICE where none is visible. */
export function netBest(book: OrderBook, own: OwnDepth, side: Side, nowNs: MonoNs): PriceUnits {
  const top = book.bestPrice(side)
  if (top === NO_PRICE || book.bestQty(side) > own.qtyAt(side, top, nowNs)) return top
  // Below the top only depth can tell, and only depth without holes.
  if (book.state !== BookState.Live) return NO_PRICE
  let price = book.nextPrice(side, top)
  while (price !== NO_PRICE && book.qtyAt(side, price) <= own.qtyAt(side, price, nowNs)) {
    price = book.nextPrice(side, price)
  }
  return price
}
