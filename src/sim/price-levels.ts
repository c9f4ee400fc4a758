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
//   it passes what stood before us when the shrink came, and only what is beyond that is ours.
//   A shrink that nothing explained in that time was a cancellation.
// Nothing here trades: matching takes from the front and tells the level what it took.
import { assert } from '#core/assert.ts'
import { Side, US_PER_MS } from '#core/units.ts'
import type { SimOrder } from './exchange-types.ts'

/** Binance's trades trail its bookTicker by 5–50 ms, which itself is stamped with an older time. */
export const EXPLAIN_WINDOW_US = 1_000 * US_PER_MS

/** An own order in the queue of its level. */
export class QueuedOrder {
  readonly order: SimOrder
  /** Counts the orders that joined the level before it. */
  readonly joinNumber: number
  /** Market quantity displayed when it joined, less trades and known cancellations since. */
  byTradesUnits: number
  /** The least market quantity that was left since, less what trades took out of it. */
  byRestUnits: number

  constructor(order: SimOrder, joinNumber: number, marketUnits: number) {
    this.order = order
    this.joinNumber = joinNumber
    this.byTradesUnits = marketUnits
    this.byRestUnits = marketUnits
  }

  /** Market quantity of the level that trades before this order. */
  get aheadUnits(): number {
    return Math.max(0, Math.min(this.byTradesUnits, this.byRestUnits))
  }
}

/** Quantity that disappeared without a trade so far. */
interface Shrink {
  unexplainedUnits: number
  /** What it left in the level, less what trades took out of it since. */
  restUnits: number
  readonly atUs: number
  /** Orders that joined before it have a smaller join number. */
  readonly joinCount: number
}

export const leavesUnits = (order: SimOrder): number => order.qtyUnits - order.filledUnits

export class PriceLevel {
  readonly priceUnits: number
  readonly queue: QueuedOrder[] = []
  #marketUnits = 0
  #joinCount = 0
  // Oldest first; kept while own orders queue here.
  #shrinks: Shrink[] = []

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
    if (this.queue.length === 0) this.#shrinks = []
    this.queue.push(new QueuedOrder(order, this.#joinCount, this.#marketUnits))
    this.#joinCount++
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
    for (const shrink of this.#shrinks) shrink.restUnits -= qtyUnits
  }

  /** Market quantity changes without a trade: a cancellation when less, new orders when more. */
  setMarket(qtyUnits: number, nowUs: number): void {
    assert(Number.isSafeInteger(qtyUnits) && qtyUnits >= 0, 'market quantity is a whole number')
    if (qtyUnits < this.#marketUnits && this.queue.length > 0) {
      this.#settleShrinks(nowUs)
      this.#shrinks.push({
        unexplainedUnits: this.#marketUnits - qtyUnits,
        restUnits: qtyUnits,
        atUs: nowUs,
        joinCount: this.#joinCount,
      })
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
    this.#settleShrinks(nowUs)
    let leftUnits = qtyUnits
    for (const shrink of this.#shrinks) {
      const explainedUnits = Math.min(leftUnits, shrink.unexplainedUnits)
      shrink.unexplainedUnits -= explainedUnits
      leftUnits -= explainedUnits
    }
    return qtyUnits - leftUnits
  }

  /**
   * An explained trade passes what stood before the first own order. Returns how much that was;
   * what is left of the trade is the order's, or everything's when there is none.
   */
  passExplained(qtyUnits: number): number {
    const front = this.queue[0]
    if (front === undefined) return qtyUnits
    const passedUnits = Math.min(qtyUnits, Math.max(0, front.byTradesUnits))
    let previousAheadUnits = 0
    for (const queued of this.queue) {
      // An order that joined after the shrink must not overtake one that was there before it.
      const byTradesUnits = queued.byTradesUnits - passedUnits
      queued.byTradesUnits = Math.max(byTradesUnits, previousAheadUnits)
      previousAheadUnits = queued.aheadUnits
    }
    return passedUnits
  }

  /** What no trade explained in time was cancelled: who stood behind it has come nearer. */
  #settleShrinks(nowUs: number): void {
    for (;;) {
      const oldest = this.#shrinks[0]
      if (oldest === undefined || nowUs - oldest.atUs <= EXPLAIN_WINDOW_US) return
      this.#shrinks.shift()
      for (const queued of this.queue) {
        if (queued.joinNumber >= oldest.joinCount) continue
        queued.byTradesUnits = Math.min(queued.byTradesUnits, oldest.restUnits)
      }
    }
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
