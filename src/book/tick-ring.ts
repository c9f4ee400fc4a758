// Hot path.
// Quantities of consecutive ticks in a ring, with one occupancy bit a tick.
//
//   rank      … 96  97  98  99 │100 101 102 … 163│164 …     larger rank = better price
//   slot          (rank & 63)  │ 36  37  38 …  35│          window of 64 ticks, base 100
//   occupied                   │  0   1   1 …   0│          the best is found by counting zeros
//
// Moving the window renames slots and copies nothing: whoever moves it first takes out the ranks
// that leave. It knows ranks only; prices, sides and what lies outside belong to the ladder.
import { assert } from '#core/assert.ts'

/** No tick is occupied there. */
export const NO_RANK = Number.NEGATIVE_INFINITY

export class TickRing {
  readonly windowTicks: number
  readonly #qty: Float64Array
  readonly #occupied: Int32Array
  readonly #slotMask: number
  readonly #wordMask: number
  #baseRank = 0
  #bestRank = NO_RANK
  #count = 0

  /** `windowTicks`: a power of two, at least 64. */
  constructor(windowTicks: number) {
    const isPowerOfTwo = windowTicks >= 64 && (windowTicks & (windowTicks - 1)) === 0
    assert(isPowerOfTwo, 'the window is a power of two of at least 64 ticks')
    this.windowTicks = windowTicks
    this.#qty = new Float64Array(windowTicks)
    this.#occupied = new Int32Array(windowTicks >>> 5)
    this.#slotMask = windowTicks - 1
    this.#wordMask = (windowTicks >>> 5) - 1
  }

  get count(): number {
    return this.#count
  }

  /** The worst rank the window covers. */
  get baseRank(): number {
    return this.#baseRank
  }

  get bestRank(): number {
    return this.#bestRank
  }

  /** Quantity at a rank inside the window; 0 where the tick is empty. */
  qtyAt(rank: number): number {
    return this.#qty[rank & this.#slotMask]!
  }

  /** Sets a positive quantity at a rank inside the window; true when the tick was empty. */
  set(rank: number, qty: number): boolean {
    const slot = rank & this.#slotMask
    const isNew = this.#qty[slot] === 0
    this.#qty[slot] = qty
    if (!isNew) return false
    this.#occupied[slot >>> 5] = this.#occupied[slot >>> 5]! | (1 << (slot & 31))
    this.#count++
    if (rank > this.#bestRank) this.#bestRank = rank
    return true
  }

  /** Empties a tick inside the window; false when it was empty. */
  remove(rank: number): boolean {
    const slot = rank & this.#slotMask
    if (this.#qty[slot] === 0) return false
    this.#qty[slot] = 0
    this.#occupied[slot >>> 5] = this.#occupied[slot >>> 5]! & ~(1 << (slot & 31))
    this.#count--
    if (rank === this.#bestRank) this.#bestRank = this.nextWorse(rank)
    return true
  }

  /** The best occupied rank strictly below `rank`, which may lie outside the window. */
  nextWorse(rank: number): number {
    const first = Math.min(rank, this.#baseRank + this.windowTicks) - 1
    if (this.#count === 0 || first < this.#baseRank) return NO_RANK
    const slot = first & this.#slotMask
    let word = slot >>> 5
    let bits = this.#occupied[word]! & (-1 >>> (31 - (slot & 31)))
    // One word more than there are: the first is seen again for its upper part.
    for (let seen = 0; seen <= this.#wordMask + 1; seen++) {
      if (bits !== 0) {
        const found = (word << 5) | (31 - Math.clz32(bits))
        const next = first - ((slot - found) & this.#slotMask)
        return next < this.#baseRank ? NO_RANK : next
      }
      word = (word - 1) & this.#wordMask
      bits = this.#occupied[word]!
    }
    return NO_RANK
  }

  /** The worst occupied rank at or above `rank`, which may lie outside the window. */
  nextBetter(rank: number): number {
    const first = Math.max(rank, this.#baseRank)
    const endRank = this.#baseRank + this.windowTicks
    if (this.#count === 0 || first >= endRank) return NO_RANK
    const slot = first & this.#slotMask
    let word = slot >>> 5
    let bits = this.#occupied[word]! & (-1 << (slot & 31))
    for (let seen = 0; seen <= this.#wordMask + 1; seen++) {
      if (bits !== 0) {
        const found = (word << 5) | (31 - Math.clz32(bits & -bits))
        const next = first + ((found - slot) & this.#slotMask)
        return next < endRank ? next : NO_RANK
      }
      word = (word + 1) & this.#wordMask
      bits = this.#occupied[word]!
    }
    return NO_RANK
  }

  /** Moves the window; no occupied rank may fall out of it. */
  moveTo(baseRank: number): void {
    if (this.#count > 0) {
      assert(this.#bestRank < baseRank + this.windowTicks, 'the best rank stays in the window')
      assert(this.nextBetter(this.#baseRank) >= baseRank, 'the worst rank stays in the window')
    }
    this.#baseRank = baseRank
  }

  clear(): void {
    this.#qty.fill(0)
    this.#occupied.fill(0)
    this.#count = 0
    this.#bestRank = NO_RANK
  }
}
