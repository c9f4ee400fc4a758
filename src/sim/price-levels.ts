// The queue of one price, and one side of a book as a list of such queues, touch last.
//
// A level mixes *market quantity* (anonymous, owned by the market source) with own orders in the
// order they came. Each own order knows how much market quantity stands before it:
//
//   front ── market 0.30 ── order A (ahead 0.30) ── market 0.10 ── order B (ahead 0.40) ── back
//
// Queue position, by rules that never flatter us:
// - An own order joins behind the market quantity displayed at that moment.
// - A trade takes from the front.
// - A cancellation takes from behind an own order first: it only comes nearer to the front when
//   less is left in the level than stood before it. Market quantity that grows joins at the back.
// - Recordings often show the quantity gone before they report the trade that took it. A trade
//   reported within EXPLAIN_WINDOW_US of a shrink is taken to be its reason, as far as it goes:
//   it moves the queue as a trade does and takes nothing a second time.
// Nothing here trades: matching takes from the front and tells the level what it took.
import { assert } from '#core/assert.ts'
import { Side, US_PER_MS } from '#core/units.ts'
import type { SimOrder } from './exchange-types.ts'

/** Binance's trade stream trails its bookTicker by 5–50 ms; a diff comes every 100 ms. */
export const EXPLAIN_WINDOW_US = 200 * US_PER_MS

/** An own order in the queue of its level. */
export class QueuedOrder {
  readonly order: SimOrder
  /** Market quantity displayed when it joined, less everything traded since. */
  byTradesUnits: number
  /** The least market quantity that was left since, less what trades took out of it. */
  byRestUnits: number

  constructor(order: SimOrder, marketUnits: number) {
    this.order = order
    this.byTradesUnits = marketUnits
    this.byRestUnits = marketUnits
  }

  /** Market quantity of the level that trades before this order. */
  get aheadUnits(): number {
    return Math.max(0, Math.min(this.byTradesUnits, this.byRestUnits))
  }
}

export const leavesUnits = (order: SimOrder): number => order.qtyUnits - order.filledUnits

export class PriceLevel {
  readonly priceUnits: number
  readonly queue: QueuedOrder[] = []
  #marketUnits = 0
  // What shrank lately and no trade has explained yet; counted while own orders queue here.
  #unexplainedUnits = 0
  #shrunkUs = 0

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
    if (this.queue.length === 0) this.#unexplainedUnits = 0
    this.queue.push(new QueuedOrder(order, this.#marketUnits))
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
    for (const queued of this.queue) {
      queued.byTradesUnits -= qtyUnits
      queued.byRestUnits -= qtyUnits
    }
  }

  /** Market quantity changes without a trade: a cancellation when less, new orders when more. */
  setMarket(qtyUnits: number, nowUs: number): void {
    assert(Number.isSafeInteger(qtyUnits) && qtyUnits >= 0, 'market quantity is a whole number')
    if (qtyUnits < this.#marketUnits && this.queue.length > 0) {
      this.#forgetOldShrinks(nowUs)
      this.#unexplainedUnits += this.#marketUnits - qtyUnits
      this.#shrunkUs = nowUs
      for (const queued of this.queue) {
        queued.byRestUnits = Math.min(queued.byRestUnits, qtyUnits)
      }
    }
    this.#marketUnits = qtyUnits
  }

  /**
   * A trade of `qtyUnits` was reported here. Returns how much of it is the reason of quantity that
   * is already gone; the rest is still to be taken from the queue.
   */
  explain(qtyUnits: number, nowUs: number): number {
    this.#forgetOldShrinks(nowUs)
    const explainedUnits = Math.min(qtyUnits, this.#unexplainedUnits)
    this.#unexplainedUnits -= explainedUnits
    let aheadOfPreviousUnits = 0
    for (const queued of this.queue) {
      // An order that joined after the shrink must not overtake one that was there before it.
      const byTradesUnits = queued.byTradesUnits - explainedUnits
      queued.byTradesUnits = Math.max(byTradesUnits, aheadOfPreviousUnits)
      aheadOfPreviousUnits = queued.aheadUnits
    }
    return explainedUnits
  }

  #forgetOldShrinks(nowUs: number): void {
    if (nowUs - this.#shrunkUs > EXPLAIN_WINDOW_US) this.#unexplainedUnits = 0
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
