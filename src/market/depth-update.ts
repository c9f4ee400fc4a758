// Hot path.
// One decoded depth message, reused for every message of a feed: numbers only.
// Prices in [0, bidCount) of bidPrices are bids, likewise asks; quantity 0 deletes a level.
import { DEPTH_LEVELS_MAX } from '#core/limits.ts'

export class DepthUpdate {
  /** Update ids the message covers, both inclusive; a snapshot has lastUpdateId only. */
  firstUpdateId = 0
  lastUpdateId = 0
  /** The last id of the message before, where the venue chains by it; 0 elsewhere. */
  previousUpdateId = 0
  /** Venue event time, µs; 0 where the message carries none. */
  venueTimeUs = 0
  bidCount = 0
  askCount = 0
  readonly bidPrices: Float64Array
  readonly bidQtys: Float64Array
  readonly askPrices: Float64Array
  readonly askQtys: Float64Array

  constructor(levelsMax: number = DEPTH_LEVELS_MAX) {
    this.bidPrices = new Float64Array(levelsMax)
    this.bidQtys = new Float64Array(levelsMax)
    this.askPrices = new Float64Array(levelsMax)
    this.askQtys = new Float64Array(levelsMax)
  }
}
