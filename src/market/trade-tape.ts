// Hot path.
// The most recent public trades of one instrument in a ring; the oldest is overwritten.
import { TRADE_TAPE_MAX } from '#core/limits.ts'
import type { PriceUnits, QtyUnits, Side } from '#core/units.ts'

export class TradeTape {
  readonly #prices: Float64Array
  readonly #qtys: Float64Array
  readonly #timesUs: Float64Array
  readonly #tradeIds: Float64Array
  readonly #aggressors: Uint8Array
  /** Trades ever added. */
  #added = 0

  constructor(capacity: number = TRADE_TAPE_MAX) {
    this.#prices = new Float64Array(capacity)
    this.#qtys = new Float64Array(capacity)
    this.#timesUs = new Float64Array(capacity)
    this.#tradeIds = new Float64Array(capacity)
    this.#aggressors = new Uint8Array(capacity)
  }

  /** How many trades can be read. */
  get count(): number {
    return Math.min(this.#added, this.#prices.length)
  }

  /** Takes a trade; false when its id is not newer than the last: a repeat. */
  add(
    tradeId: number,
    price: PriceUnits,
    qty: QtyUnits,
    aggressor: Side,
    venueTimeUs: number,
  ): boolean {
    if (this.#added > 0 && tradeId <= this.tradeId(0)) return false
    const slot = this.#added % this.#prices.length
    this.#tradeIds[slot] = tradeId
    this.#prices[slot] = price
    this.#qtys[slot] = qty
    this.#aggressors[slot] = aggressor
    this.#timesUs[slot] = venueTimeUs
    this.#added++
    return true
  }

  /** The trade `back` before the newest: 0 = newest, below count. */
  tradeId(back: number): number {
    return this.#tradeIds[this.#slot(back)]!
  }

  price(back: number): PriceUnits {
    return this.#prices[this.#slot(back)]! as PriceUnits
  }

  qty(back: number): QtyUnits {
    return this.#qtys[this.#slot(back)]! as QtyUnits
  }

  /** The side that crossed. */
  aggressor(back: number): Side {
    return this.#aggressors[this.#slot(back)]! as Side
  }

  /** Venue time of the trade, µs. */
  timeUs(back: number): number {
    return this.#timesUs[this.#slot(back)]!
  }

  clear(): void {
    this.#added = 0
  }

  #slot(back: number): number {
    return (this.#added - 1 - back) % this.#prices.length
  }
}
