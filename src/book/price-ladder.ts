// Hot path.
// One side of one book: the quantity at each price, best first.
//
// Almost every change touches a price near the best, on the tick. Those live in a ring of ticks
// where a change costs the same at any depth; off-tick prices and the far end of the book live in
// a sorted list. The window follows the best price: up at once, down when the best has sunk to
// its lower quarter. It deliberately knows nothing of update ids, of trust or of the other side.
//
//   merit = price (bids) or −price (asks); rank = merit / tick: larger is better on both sides
//
//   sorted list        │◄──────────── ring window ────────────►│
//   far, off-tick      │base               ▲ best after a move │
import { assert } from '#core/assert.ts'
import { BOOK_LEVELS_MAX, BOOK_WINDOW_TICKS } from '#core/limits.ts'
import {
  type PriceUnits,
  priceUnits,
  type QtyUnits,
  qtyUnits,
  type Side,
  sideSign,
} from '#core/units.ts'
import { NO_MERIT, SortedLevels } from './sorted-levels.ts'
import { NO_RANK, TickRing } from './tick-ring.ts'

/** There is no level: an empty side, or the end of a walk. No venue quotes a price of zero. */
export const NO_PRICE = 0 as PriceUnits

export class PriceLadder {
  readonly side: Side
  readonly tickUnits: number
  readonly levelsMax: number
  readonly #sign: 1 | -1
  readonly #ring: TickRing
  readonly #far: SortedLevels

  constructor(
    side: Side,
    tickUnits: number,
    levelsMax: number = BOOK_LEVELS_MAX,
    windowTicks: number = BOOK_WINDOW_TICKS,
  ) {
    assert(Number.isSafeInteger(tickUnits) && tickUnits > 0, 'a ladder needs a tick')
    assert(levelsMax > 0, 'a ladder needs room for a level')
    this.side = side
    this.tickUnits = tickUnits
    this.levelsMax = levelsMax
    this.#sign = sideSign(side)
    this.#ring = new TickRing(windowTicks)
    this.#far = new SortedLevels(levelsMax)
  }

  get levelCount(): number {
    return this.#ring.count + this.#far.count
  }

  /** NO_PRICE when the side is empty. */
  get bestPrice(): PriceUnits {
    const merit = Math.max(this.#ring.bestRank * this.tickUnits, this.#far.bestMerit)
    return this.#priceOf(merit)
  }

  /** 0 when the side is empty. */
  get bestQty(): QtyUnits {
    const rank = this.#ring.bestRank
    if (rank * this.tickUnits > this.#far.bestMerit) return qtyUnits(this.#ring.qtyAt(rank))
    const count = this.#far.count
    return qtyUnits(count === 0 ? 0 : this.#far.qtyOf(count - 1))
  }

  /** The next price strictly worse than `price` (which need not be a level), or NO_PRICE. */
  nextPrice(price: PriceUnits): PriceUnits {
    const merit = this.#sign * price
    const rank = this.#ring.nextWorse(Math.ceil(merit / this.tickUnits))
    return this.#priceOf(Math.max(rank * this.tickUnits, this.#far.nextWorse(merit)))
  }

  /** Displayed quantity at a price, 0 where there is no level. */
  qtyAt(price: PriceUnits): QtyUnits {
    const merit = this.#sign * price
    const rank = Math.floor(merit / this.tickUnits)
    const isInRing = rank * this.tickUnits === merit && this.#covers(rank)
    return qtyUnits(isInRing ? this.#ring.qtyAt(rank) : this.#far.qtyAt(merit))
  }

  /**
   * Sets the absolute quantity at a price; 0 deletes, and deleting nothing is fine.
   * When full, the worst level makes room (or the new one is dropped if it is the worst).
   * False when the numbers are none: a price that is not positive, a negative quantity, NaN.
   */
  set(price: number, qty: number): boolean {
    if (!(price > 0 && qty >= 0)) return false
    const merit = this.#sign * price
    const rank = Math.floor(merit / this.tickUnits)
    const isOnTick = rank * this.tickUnits === merit
    if (qty === 0) {
      if (!isOnTick || !this.#covers(rank)) this.#far.remove(merit)
      else if (this.#ring.remove(rank)) this.#followDown()
    } else if (isOnTick) {
      this.#setOnTick(rank, merit, qty)
    } else {
      this.#setFar(merit, qty)
    }
    return true
  }

  clear(): void {
    this.#ring.clear()
    this.#far.clear()
  }

  #setOnTick(rank: number, merit: number, qty: number): void {
    const isAbove = rank >= this.#ring.baseRank + this.#ring.windowTicks
    if (isAbove || this.levelCount === 0) this.#moveWindow(rank)
    if (!this.#covers(rank)) this.#setFar(merit, qty)
    else if (this.#ring.set(rank, qty) && this.levelCount > this.levelsMax) this.#dropWorst()
  }

  #setFar(merit: number, qty: number): void {
    const isFull = this.levelCount === this.levelsMax && this.#far.qtyAt(merit) === 0
    if (isFull) {
      if (merit < this.#worstMerit()) return
      this.#dropWorst()
    }
    this.#far.set(merit, qty)
  }

  #dropWorst(): void {
    const rank = this.#ring.nextBetter(this.#ring.baseRank)
    const farWorst = this.#far.worstMerit
    const isFarWorse = farWorst !== NO_MERIT && !(rank * this.tickUnits < farWorst)
    if (isFarWorse || rank === NO_RANK) this.#far.removeIndex(0)
    else this.#ring.remove(rank)
  }

  #worstMerit(): number {
    const rank = this.#ring.nextBetter(this.#ring.baseRank)
    const ringWorst = rank === NO_RANK ? Infinity : rank * this.tickUnits
    const farWorst = this.#far.count === 0 ? Infinity : this.#far.worstMerit
    return Math.min(ringWorst, farWorst)
  }

  /** After the best level went: the window sinks before the best leaves it. */
  #followDown(): void {
    const ring = this.#ring
    if (ring.count === 0) {
      if (this.#far.count > 0) this.#moveWindow(Math.floor(this.#far.bestMerit / this.tickUnits))
    } else if (ring.bestRank - ring.baseRank < ring.windowTicks >>> 2) {
      this.#moveWindow(ring.bestRank)
    }
  }

  /** Places `rank` at three quarters of the window, and every on-tick level where it belongs. */
  #moveWindow(rank: number): void {
    const ring = this.#ring
    const baseRank = rank - (ring.windowTicks - (ring.windowTicks >>> 2))
    let leaving = ring.nextBetter(ring.baseRank)
    while (leaving !== NO_RANK && leaving < baseRank) {
      this.#far.set(leaving * this.tickUnits, ring.qtyAt(leaving))
      ring.remove(leaving)
      leaving = ring.nextBetter(leaving)
    }
    ring.moveTo(baseRank)
    this.#takeFromFar()
  }

  #takeFromFar(): void {
    const far = this.#far
    const ring = this.#ring
    const baseMerit = ring.baseRank * this.tickUnits
    for (let i = far.count - 1; i >= 0 && far.meritAt(i) >= baseMerit; i--) {
      const merit = far.meritAt(i)
      const rank = Math.floor(merit / this.tickUnits)
      if (rank * this.tickUnits !== merit || !this.#covers(rank)) continue
      ring.set(rank, far.qtyOf(i))
      far.removeIndex(i)
    }
  }

  #covers(rank: number): boolean {
    const offset = rank - this.#ring.baseRank
    return offset >= 0 && offset < this.#ring.windowTicks
  }

  #priceOf(merit: number): PriceUnits {
    return merit === NO_MERIT ? NO_PRICE : priceUnits(this.#sign * merit)
  }
}
