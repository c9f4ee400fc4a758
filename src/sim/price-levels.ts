// The queue of one price, and one side of a book as a list of such queues, touch last.
//
// A level mixes *market quantity* (anonymous, owned by the market model) with own orders in the
// order they came. Each own order remembers how much market quantity stands before it:
//
//   front ── market 0.30 ── order A (ahead 0.30) ── market 0.10 ── order B (ahead 0.40) ── back
//
// so that `aheadUnits` never falls along the queue and never exceeds the level's market quantity.
// Nothing here trades: matching takes from the front and tells the level what it took.
import { assert } from '#core/assert.ts'
import { Side } from '#core/units.ts'
import type { SimOrder } from './exchange-types.ts'

export interface QueuedOrder {
  readonly order: SimOrder
  /** Market quantity of the level that trades before this order. */
  aheadUnits: number
}

export const leavesUnits = (order: SimOrder): number => order.qtyUnits - order.filledUnits

export class PriceLevel {
  readonly priceUnits: number
  readonly queue: QueuedOrder[] = []
  #marketUnits = 0

  constructor(priceUnits: number) {
    this.priceUnits = priceUnits
  }

  get marketUnits(): number {
    return this.#marketUnits
  }

  /** What the public book shows: market quantity and every own order, as a venue displays both. */
  get publicUnits(): number {
    let units = this.#marketUnits
    for (const { order } of this.queue) units += leavesUnits(order)
    return units
  }

  get isEmpty(): boolean {
    return this.#marketUnits === 0 && this.queue.length === 0
  }

  /** The own order that trades next, or undefined while market quantity stands before it. */
  frontOrder(): SimOrder | undefined {
    const front = this.queue[0]
    return front !== undefined && front.aheadUnits === 0 ? front.order : undefined
  }

  /** Market quantity that trades before the first own order; all of it when there is none. */
  frontMarketUnits(): number {
    return this.queue[0]?.aheadUnits ?? this.#marketUnits
  }

  /** Joins at the back: behind every own order and the market quantity displayed now. */
  join(order: SimOrder): void {
    this.queue.push({ order, aheadUnits: this.#marketUnits })
  }

  leave(order: SimOrder): void {
    const index = this.queue.findIndex((queued) => queued.order === order)
    assert(index >= 0, 'an order leaves the level it rests at')
    this.queue.splice(index, 1)
  }

  /** A trade took market quantity from the front. */
  takeMarket(qtyUnits: number): void {
    assert(qtyUnits <= this.frontMarketUnits(), 'a trade never jumps over a resting order')
    this.#marketUnits -= qtyUnits
    for (const queued of this.queue) queued.aheadUnits -= qtyUnits
  }

  /**
   * Market quantity changes without a trade. Growth joins at the back. A cancellation is spread
   * over the queue in proportion, since nobody can see where it stood, and what then stands before
   * an own order is rounded up to a unit: our order never advances by a rounding.
   */
  setMarket(qtyUnits: number): void {
    assert(Number.isSafeInteger(qtyUnits) && qtyUnits >= 0, 'market quantity is a whole number')
    if (qtyUnits < this.#marketUnits) {
      const kept = qtyUnits / this.#marketUnits
      for (const queued of this.queue) {
        queued.aheadUnits = Math.min(qtyUnits, Math.ceil(queued.aheadUnits * kept))
      }
    }
    this.#marketUnits = qtyUnits
  }
}

export class PriceLevels {
  readonly side: Side
  // Worst first: the touch, where nearly everything happens, is appended and popped for free.
  readonly #levels: PriceLevel[] = []

  constructor(side: Side) {
    this.side = side
  }

  get count(): number {
    return this.#levels.length
  }

  best(): PriceLevel | undefined {
    return this.#levels.at(-1)
  }

  /** 0 is the touch; undefined beyond the last level. */
  fromTouch(index: number): PriceLevel | undefined {
    return this.#levels[this.#levels.length - 1 - index]
  }

  find(priceUnits: number): PriceLevel | undefined {
    const level = this.#levels[this.#indexOf(priceUnits)]
    return level?.priceUnits === priceUnits ? level : undefined
  }

  /** The level of a price, made when it is new. */
  at(priceUnits: number): PriceLevel {
    const index = this.#indexOf(priceUnits)
    const found = this.#levels[index]
    if (found?.priceUnits === priceUnits) return found
    const level = new PriceLevel(priceUnits)
    this.#levels.splice(index, 0, level)
    return level
  }

  dropIfEmpty(level: PriceLevel): void {
    if (!level.isEmpty) return
    const index = this.#indexOf(level.priceUnits)
    if (this.#levels[index] === level) this.#levels.splice(index, 1)
  }

  /** True when an order of the other side with this limit trades with the price. */
  reaches(priceUnits: number, limitUnits: number): boolean {
    return this.side === Side.Buy ? priceUnits >= limitUnits : priceUnits <= limitUnits
  }

  /** Index of the first level that is not worse than the price. */
  #indexOf(priceUnits: number): number {
    let low = 0
    let high = this.#levels.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const isWorse =
        this.side === Side.Buy
          ? this.#levels[middle]!.priceUnits < priceUnits
          : this.#levels[middle]!.priceUnits > priceUnits
      if (isWorse) low = middle + 1
      else high = middle
    }
    return low
  }
}
