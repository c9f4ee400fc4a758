// Hot path.
// What of a displayed book is ours: the open quantity of one account's working orders, by price.
//
// The venue's book and its order events come on different sockets, so a quantity that has just
// left (filled, cancelled, moved) may still be displayed. It fades: it counts as ours until the
// display at that price changes, or OWN_FADE_NS has passed. A display that was already below what
// we had there has seen the change before us, and then nothing fades. Likewise a quantity that has
// just come: while the display is below it, the display cannot hold it yet and is all others'.
import { OWN_DEPTH_ORDERS_MAX } from '#core/limits.ts'
import {
  type MonoNs,
  NS_PER_MS,
  type PriceUnits,
  type QtyUnits,
  qtyUnits,
  type Side,
} from '#core/units.ts'
import type { OrderBook } from './order-book.ts'

/** Longest time a display may lag behind our own order events: two diffs of 100 ms and jitter. */
export const OWN_FADE_NS = 300 * NS_PER_MS

const FADING_MAX = 64

export class OwnDepth {
  readonly #book: OrderBook
  readonly #orders: Int32Array
  readonly #sides: Uint8Array
  readonly #prices: Float64Array
  readonly #qtys: Float64Array
  readonly #sinceNs: Float64Array
  #count = 0

  // The first #fadingCount rows, in no order; when they are all taken the oldest gives way.
  readonly #fadingSides = new Uint8Array(FADING_MAX)
  readonly #fadingPrices = new Float64Array(FADING_MAX)
  readonly #fadingQtys = new Float64Array(FADING_MAX)
  readonly #fadingDisplayed = new Float64Array(FADING_MAX)
  readonly #fadingUntilNs = new Float64Array(FADING_MAX)
  #fadingCount = 0
  /** When the last of them is over. */
  #fadingEndNs = 0

  constructor(book: OrderBook, ordersMax: number = OWN_DEPTH_ORDERS_MAX) {
    this.#book = book
    this.#orders = new Int32Array(ordersMax)
    this.#sides = new Uint8Array(ordersMax)
    this.#prices = new Float64Array(ordersMax)
    this.#qtys = new Float64Array(ordersMax)
    this.#sinceNs = new Float64Array(ordersMax)
  }

  /** Working orders known. */
  get count(): number {
    return this.#count
  }

  /**
   * An order (any number that names it) now has `openQty` unfilled at `price`; 0 forgets it.
   * False when there is no room: the caller must not trade on a reference it cannot clean.
   */
  set(order: number, side: Side, price: PriceUnits, openQty: QtyUnits, nowNs: MonoNs): boolean {
    const at = this.#indexOf(order)
    if (at < 0) {
      if (openQty === 0) return true
      if (!this.#append(order, side, price, openQty)) return false
      this.#sinceNs[this.#count - 1] = nowNs
      return true
    }
    const isSamePlace = this.#sides[at] === side && this.#prices[at] === price
    const leaving = isSamePlace ? this.#qtys[at]! - openQty : this.#qtys[at]!
    if (leaving > 0) this.#fade(at, leaving, nowNs)
    if (openQty === 0) {
      this.#removeIndex(at)
      return true
    }
    if (!isSamePlace) this.#sinceNs[at] = nowNs
    this.#sides[at] = side
    this.#prices[at] = price
    this.#qtys[at] = openQty
    return true
  }

  /** The order left the book. Unknown orders are ignored. */
  clear(order: number, nowNs: MonoNs): void {
    const at = this.#indexOf(order)
    if (at < 0) return
    this.#fade(at, this.#qtys[at]!, nowNs)
    this.#removeIndex(at)
  }

  /** How much of the quantity displayed at a price is ours, fading quantities included. */
  qtyAt(side: Side, price: PriceUnits, nowNs: MonoNs): QtyUnits {
    let qty = 0
    for (let i = 0; i < this.#count; i++) {
      if (this.#prices[i] !== price || this.#sides[i] !== side) continue
      const isNew = nowNs - this.#sinceNs[i]! < OWN_FADE_NS
      const isUnseen = isNew && this.#book.qtyAt(side, price) < this.#qtys[i]!
      if (!isUnseen) qty += this.#qtys[i]!
    }
    if (nowNs < this.#fadingEndNs) qty += this.#fadingAt(side, price, nowNs)
    else this.#fadingCount = 0
    return qtyUnits(qty)
  }

  #fadingAt(side: Side, price: PriceUnits, nowNs: MonoNs): number {
    const displayed = this.#book.qtyAt(side, price)
    let qty = 0
    // Backwards, because a row that is forgotten is replaced by the last one.
    for (let i = this.#fadingCount - 1; i >= 0; i--) {
      if (this.#fadingPrices[i] !== price || this.#fadingSides[i] !== side) continue
      const isUnseen = this.#fadingDisplayed[i] === displayed && nowNs < this.#fadingUntilNs[i]!
      if (isUnseen) qty += this.#fadingQtys[i]!
      else this.#forgetFading(i)
    }
    return qty
  }

  #fade(at: number, qty: number, nowNs: MonoNs): void {
    const side = this.#sides[at]! as Side
    const price = this.#prices[at]! as PriceUnits
    const displayed = this.#book.qtyAt(side, price)
    if (displayed < this.#openAt(side, price)) return
    const slot = this.#fadingCount < FADING_MAX ? this.#fadingCount++ : this.#oldestFading()
    this.#fadingSides[slot] = side
    this.#fadingPrices[slot] = price
    this.#fadingQtys[slot] = qty
    this.#fadingDisplayed[slot] = displayed
    this.#fadingUntilNs[slot] = nowNs + OWN_FADE_NS
    this.#fadingEndNs = nowNs + OWN_FADE_NS
  }

  #forgetFading(at: number): void {
    const last = --this.#fadingCount
    this.#fadingSides[at] = this.#fadingSides[last]!
    this.#fadingPrices[at] = this.#fadingPrices[last]!
    this.#fadingQtys[at] = this.#fadingQtys[last]!
    this.#fadingDisplayed[at] = this.#fadingDisplayed[last]!
    this.#fadingUntilNs[at] = this.#fadingUntilNs[last]!
  }

  #oldestFading(): number {
    let oldest = 0
    for (let i = 1; i < FADING_MAX; i++) {
      if (this.#fadingUntilNs[i]! < this.#fadingUntilNs[oldest]!) oldest = i
    }
    return oldest
  }

  /** Everything of ours there, shown or not. */
  #openAt(side: Side, price: PriceUnits): number {
    let qty = 0
    for (let i = 0; i < this.#count; i++) {
      if (this.#prices[i] === price && this.#sides[i] === side) qty += this.#qtys[i]!
    }
    return qty
  }

  #append(order: number, side: Side, price: PriceUnits, openQty: QtyUnits): boolean {
    if (this.#count === this.#orders.length) return false
    const at = this.#count++
    this.#orders[at] = order
    this.#sides[at] = side
    this.#prices[at] = price
    this.#qtys[at] = openQty
    return true
  }

  #removeIndex(at: number): void {
    const last = --this.#count
    this.#orders[at] = this.#orders[last]!
    this.#sides[at] = this.#sides[last]!
    this.#prices[at] = this.#prices[last]!
    this.#qtys[at] = this.#qtys[last]!
    this.#sinceNs[at] = this.#sinceNs[last]!
  }

  #indexOf(order: number): number {
    for (let i = 0; i < this.#count; i++) if (this.#orders[i] === order) return i
    return -1
  }
}
