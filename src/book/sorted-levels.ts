// Hot path.
// Levels in order of merit, best last: for what the tick ring cannot hold, off-tick prices and
// prices far from the touch. Merit is the price for bids and its negative for asks, so that
// larger is better on both sides.
//
//   merits  [ · · 55653 56854 61500 · · · ]     the live part floats inside the arrays:
//                 ▲ start           ▲ end       an insert shifts the shorter side,
//                                               and dropping the worst is start + 1
import { assert } from '#core/assert.ts'

/** No level is there. */
export const NO_MERIT = Number.NEGATIVE_INFINITY

export class SortedLevels {
  readonly #merits: Float64Array
  readonly #qtys: Float64Array
  #start: number
  #end: number

  constructor(levelsMax: number) {
    this.#merits = new Float64Array(levelsMax)
    this.#qtys = new Float64Array(levelsMax)
    this.#start = levelsMax >>> 1
    this.#end = this.#start
  }

  get count(): number {
    return this.#end - this.#start
  }

  get bestMerit(): number {
    return this.#end > this.#start ? this.#merits[this.#end - 1]! : NO_MERIT
  }

  get worstMerit(): number {
    return this.#end > this.#start ? this.#merits[this.#start]! : NO_MERIT
  }

  /** The `index`-th level, 0 = worst. */
  meritAt(index: number): number {
    return this.#merits[this.#start + index]!
  }

  /** The quantity of the `index`-th level, 0 = worst. */
  qtyOf(index: number): number {
    return this.#qtys[this.#start + index]!
  }

  /** Quantity at a merit; 0 where there is no such level. */
  qtyAt(merit: number): number {
    const at = this.#lowerBound(merit)
    return at < this.#end && this.#merits[at] === merit ? this.#qtys[at]! : 0
  }

  /** The best merit strictly below `merit`. */
  nextWorse(merit: number): number {
    const at = this.#lowerBound(merit)
    return at > this.#start ? this.#merits[at - 1]! : NO_MERIT
  }

  /** Sets a positive quantity; true when the level is new. There must be room for a new one. */
  set(merit: number, qty: number): boolean {
    const at = this.#lowerBound(merit)
    if (at < this.#end && this.#merits[at] === merit) {
      this.#qtys[at] = qty
      return false
    }
    const opened = this.#open(at)
    this.#merits[opened] = merit
    this.#qtys[opened] = qty
    return true
  }

  /** False when there is no such level. */
  remove(merit: number): boolean {
    const at = this.#lowerBound(merit)
    if (at === this.#end || this.#merits[at] !== merit) return false
    this.removeIndex(at - this.#start)
    return true
  }

  removeIndex(index: number): void {
    const at = this.#start + index
    assert(at >= this.#start && at < this.#end, 'a level beyond the list')
    if (at - this.#start < this.#end - at) {
      this.#shift(this.#start, at, 1)
      this.#start++
    } else {
      this.#shift(at + 1, this.#end, -1)
      this.#end--
    }
  }

  clear(): void {
    this.#start = this.#merits.length >>> 1
    this.#end = this.#start
  }

  /** Makes room before `at` and returns where the new level goes. */
  #open(at: number): number {
    assert(this.count < this.#merits.length, 'sorted levels full: drop the worst first')
    const hasRoomBelow = this.#start > 0
    const hasRoomAbove = this.#end < this.#merits.length
    const isLowerHalf = at - this.#start < this.#end - at
    if (hasRoomBelow && (isLowerHalf || !hasRoomAbove)) {
      this.#shift(this.#start, at, -1)
      this.#start--
      return at - 1
    }
    this.#shift(at, this.#end, 1)
    this.#end++
    return at
  }

  #shift(from: number, to: number, by: 1 | -1): void {
    this.#merits.copyWithin(from + by, from, to)
    this.#qtys.copyWithin(from + by, from, to)
  }

  /** First position whose merit is not below `merit`. */
  #lowerBound(merit: number): number {
    const merits = this.#merits
    let low = this.#start
    let high = this.#end
    while (low < high) {
      const middle = (low + high) >>> 1
      if (merits[middle]! < merit) low = middle + 1
      else high = middle
    }
    return low
  }
}
