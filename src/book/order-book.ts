// Hot path.
// What one market shows: two ladders built from depth, the venue's own top of book, how far both
// can be trusted and since when. The two streams run at different speeds, so the top is the newer
// of the two by update id. It deliberately applies whatever it is told: which diff may be applied
// is book-sync.ts, which of it is ours is net-top.ts.
import { assert } from '#core/assert.ts'
import { monoNs, type MonoNs, type PriceUnits, type QtyUnits, qtyUnits, Side } from '#core/units.ts'
import { type BookEvent, BookState, bookTransitions } from './book-state.ts'
import { NO_PRICE, PriceLadder } from './price-ladder.ts'

const NO_QTY = qtyUnits(0)

export class OrderBook {
  /** Index of the instrument. */
  readonly instrument: number
  /** Update id the ladders stand at; 0 before a snapshot and after a lost feed. */
  lastUpdateId = 0
  /** When the depth stream last proved to be alive (a diff, a snapshot, a pong). */
  lastProofNs: MonoNs = monoNs(0)
  /** When the depth or the top last changed. */
  lastChangeNs: MonoNs = monoNs(0)
  /** The newest public trade, NO_PRICE before the first. */
  lastTradePrice: PriceUnits = NO_PRICE
  lastTradeNs: MonoNs = monoNs(0)
  /** The top when the depth last was right, and when: what a stale market is held against. */
  provenBidPrice: PriceUnits = NO_PRICE
  provenAskPrice: PriceUnits = NO_PRICE
  provenNs: MonoNs = monoNs(0)
  /** Update id of the ticker; 0 while there is none since the feed came up. */
  tickerUpdateId = 0
  tickerNs: MonoNs = monoNs(0)

  #state: BookState = BookState.Syncing
  #tickUnits = 1
  #bids: PriceLadder
  #asks: PriceLadder
  #tickerBidPrice: PriceUnits = NO_PRICE
  #tickerBidQty: QtyUnits = NO_QTY
  #tickerAskPrice: PriceUnits = NO_PRICE
  #tickerAskQty: QtyUnits = NO_QTY

  constructor(instrument: number, tickUnits: number) {
    this.instrument = instrument
    this.#tickUnits = tickUnits
    this.#bids = new PriceLadder(Side.Buy, tickUnits)
    this.#asks = new PriceLadder(Side.Sell, tickUnits)
  }

  get state(): BookState {
    return this.#state
  }

  get tickUnits(): number {
    return this.#tickUnits
  }

  /** Follows the table; a row for every event in every state exists. */
  enter(event: BookEvent): void {
    const next = bookTransitions.next(this.#state, event)
    assert(next >= 0, 'the book table covers every state and event')
    this.#state = next as BookState
  }

  /** Depth alone; the ticker is not in it. */
  ladder(side: Side): PriceLadder {
    return side === Side.Buy ? this.#bids : this.#asks
  }

  /** True while the ticker is at least as new as the depth. */
  get isTickerNewest(): boolean {
    return this.tickerUpdateId > 0 && this.tickerUpdateId >= this.lastUpdateId
  }

  /** Best displayed price of a side from the newer of ticker and depth; NO_PRICE when empty. */
  bestPrice(side: Side): PriceUnits {
    if (!this.isTickerNewest) return this.ladder(side).bestPrice
    return side === Side.Buy ? this.#tickerBidPrice : this.#tickerAskPrice
  }

  bestQty(side: Side): QtyUnits {
    if (!this.isTickerNewest) return this.ladder(side).bestQty
    return side === Side.Buy ? this.#tickerBidQty : this.#tickerAskQty
  }

  /** Displayed quantity at a price as far as known: the top may be newer than the depth. */
  qtyAt(side: Side, price: PriceUnits): QtyUnits {
    const best = this.bestPrice(side)
    if (price === best) return this.bestQty(side)
    const isBeyondBest = best !== NO_PRICE && (side === Side.Buy ? price > best : price < best)
    return isBeyondBest ? NO_QTY : this.ladder(side).qtyAt(price)
  }

  /** The next worse displayed price after `price`, from the depth; NO_PRICE at its end. */
  nextPrice(side: Side, price: PriceUnits): PriceUnits {
    return this.ladder(side).nextPrice(price)
  }

  /** The depth's best bid is at or above its best ask: it cannot be right. */
  isCrossed(): boolean {
    const bid = this.#bids.bestPrice
    const ask = this.#asks.bestPrice
    return bid !== NO_PRICE && ask !== NO_PRICE && bid >= ask
  }

  /** Takes a newer top; false when it is older than, or as old as, the one known. */
  setTicker(
    updateId: number,
    bidPrice: PriceUnits,
    bidQty: QtyUnits,
    askPrice: PriceUnits,
    askQty: QtyUnits,
    nowNs: MonoNs,
  ): boolean {
    if (updateId <= this.tickerUpdateId) return false
    this.tickerUpdateId = updateId
    this.tickerNs = nowNs
    this.#tickerBidPrice = bidPrice
    this.#tickerBidQty = bidQty
    this.#tickerAskPrice = askPrice
    this.#tickerAskQty = askQty
    return true
  }

  /** Sets levels [start, end) of one side; false when one of them is no level at all. */
  setLevels(
    side: Side,
    prices: Float64Array,
    qtys: Float64Array,
    start: number,
    end: number,
  ): boolean {
    const ladder = this.ladder(side)
    let isSound = true
    for (let i = start; i < end; i++) {
      if (!ladder.set(prices[i]!, qtys[i]!)) isSound = false
    }
    return isSound
  }

  /** After a sound change of the depth. */
  prove(nowNs: MonoNs): void {
    this.provenNs = nowNs
    this.provenBidPrice = this.bestPrice(Side.Buy)
    this.provenAskPrice = this.bestPrice(Side.Sell)
  }

  /**
   * How far, in ticks, the ticker or the trades since have left the proven top (H14): a trade
   * counts by its distance outside bid and ask. 0 while nothing newer was heard.
   */
  movedTicks(): number {
    const bid = this.provenBidPrice
    const ask = this.provenAskPrice
    if (bid === NO_PRICE || ask === NO_PRICE) return 0
    let moved = 0
    if (this.tickerNs > this.provenNs) {
      moved = Math.max(Math.abs(this.#tickerBidPrice - bid), Math.abs(this.#tickerAskPrice - ask))
    }
    if (this.lastTradeNs > this.provenNs) {
      moved = Math.max(moved, bid - this.lastTradePrice, this.lastTradePrice - ask)
    }
    return moved / this.#tickUnits
  }

  clearLevels(): void {
    this.#bids.clear()
    this.#asks.clear()
  }

  /** Update ids of a new connection need not continue those of the old one. */
  forgetUpdateIds(): void {
    this.lastUpdateId = 0
    this.tickerUpdateId = 0
  }

  /** Cold path: a listing changed the tick or its scale, so nothing known keeps its meaning. */
  rebuild(tickUnits: number): void {
    this.#tickUnits = tickUnits
    this.#bids = new PriceLadder(Side.Buy, tickUnits)
    this.#asks = new PriceLadder(Side.Sell, tickUnits)
    this.lastTradePrice = NO_PRICE
    this.provenBidPrice = NO_PRICE
    this.provenAskPrice = NO_PRICE
    this.forgetUpdateIds()
  }
}
