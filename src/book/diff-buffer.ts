// Hot path.
// Diffs that wait for their snapshot: ids in one row each, levels one after the other.
//
//   rows     │ U u pu bidEnd askEnd │ …        a row's bids are [end of the row before, bidEnd),
//   levels   │ bids asks │ bids asks │ …       its asks [bidEnd, askEnd)
//
// Full is an outcome: the machine starts its collection anew.
import { SYNC_BUFFER_DIFFS_MAX, SYNC_BUFFER_LEVELS_MAX } from '#core/limits.ts'
import type { DepthUpdate } from '#market/depth-update.ts'

export class DiffBuffer {
  readonly prices: Float64Array
  readonly qtys: Float64Array
  readonly firstUpdateIds: Float64Array
  readonly lastUpdateIds: Float64Array
  readonly previousUpdateIds: Float64Array
  readonly #bidEnds: Int32Array
  readonly #askEnds: Int32Array
  #count = 0

  constructor(
    diffsMax: number = SYNC_BUFFER_DIFFS_MAX,
    levelsMax: number = SYNC_BUFFER_LEVELS_MAX,
  ) {
    this.prices = new Float64Array(levelsMax)
    this.qtys = new Float64Array(levelsMax)
    this.firstUpdateIds = new Float64Array(diffsMax)
    this.lastUpdateIds = new Float64Array(diffsMax)
    this.previousUpdateIds = new Float64Array(diffsMax)
    this.#bidEnds = new Int32Array(diffsMax)
    this.#askEnds = new Int32Array(diffsMax)
  }

  get count(): number {
    return this.#count
  }

  bidStart(diff: number): number {
    return diff === 0 ? 0 : this.#askEnds[diff - 1]!
  }

  bidEnd(diff: number): number {
    return this.#bidEnds[diff]!
  }

  askEnd(diff: number): number {
    return this.#askEnds[diff]!
  }

  /** Copies a diff to the end; false when it does not fit. */
  push(update: DepthUpdate): boolean {
    const diff = this.#count
    const bidStart = this.bidStart(diff)
    const bidEnd = bidStart + update.bidCount
    const askEnd = bidEnd + update.askCount
    if (diff === this.firstUpdateIds.length || askEnd > this.prices.length) return false
    for (let i = 0; i < update.bidCount; i++) {
      this.prices[bidStart + i] = update.bidPrices[i]!
      this.qtys[bidStart + i] = update.bidQtys[i]!
    }
    for (let i = 0; i < update.askCount; i++) {
      this.prices[bidEnd + i] = update.askPrices[i]!
      this.qtys[bidEnd + i] = update.askQtys[i]!
    }
    this.firstUpdateIds[diff] = update.firstUpdateId
    this.lastUpdateIds[diff] = update.lastUpdateId
    this.previousUpdateIds[diff] = update.previousUpdateId
    this.#bidEnds[diff] = bidEnd
    this.#askEnds[diff] = askEnd
    this.#count++
    return true
  }

  clear(): void {
    this.#count = 0
  }
}
