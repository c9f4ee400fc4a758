// One decoded depth message, reused for every message of a feed: numbers only.
// Prices in [0, bidCount) of bidPrices are bids, likewise asks; quantity 0 deletes a level.
import { assert } from '#core/assert.ts'
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

  /** `lists`: memory for bid prices, bid quantities, ask prices, ask quantities. */
  constructor(lists: readonly Float64Array[] = freshLists(DEPTH_LEVELS_MAX)) {
    const [bidPrices, bidQtys, askPrices, askQtys] = lists
    assert(bidPrices !== undefined && bidQtys !== undefined, 'a list for each side and kind')
    assert(askPrices !== undefined && askQtys !== undefined, 'a list for each side and kind')
    this.bidPrices = bidPrices
    this.bidQtys = bidQtys
    this.askPrices = askPrices
    this.askQtys = askQtys
  }
}

function freshLists(levelsMax: number): Float64Array[] {
  return [0, 1, 2, 3].map(() => new Float64Array(levelsMax))
}
