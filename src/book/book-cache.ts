// Hot path.
// All books by instrument: where decoded market data ends up. Every call stores, marks the
// instrument dirty when its book or its trust changed, and returns; nobody is called back.
// It deliberately wakes no task: the turn that follows the socket read does.
import { assert } from '#core/assert.ts'
import type { DirtySet } from '#core/dirty-set.ts'
import { INSTRUMENTS_MAX } from '#core/limits.ts'
import type { NoticeSink } from '#core/notice.ts'
import type { TimerWheel } from '#core/timer-wheel.ts'
import { Side, type MonoNs, type PriceUnits, type QtyUnits } from '#core/units.ts'
import type { DepthUpdate } from '#market/depth-update.ts'
import type { Instrument } from '#market/instrument.ts'
import type { MarketSink, SnapshotSource } from '#market/market-sink.ts'
import { TradeTape } from '#market/trade-tape.ts'
import { BookState } from './book-state.ts'
import { BookSync } from './book-sync.ts'
import { OrderBook } from './order-book.ts'
import { NO_PRICE } from './price-ladder.ts'
import type { SyncRule } from './sync-rule.ts'

export interface BookCacheContext {
  /** Instruments whose book changed since the last turn. */
  readonly dirty: DirtySet
  readonly timers: TimerWheel
  readonly notices: NoticeSink
}

/** Everything known of one instrument's market. */
interface MarketState {
  /** The listing whose units the book is kept in. */
  instrument: Instrument
  readonly book: OrderBook
  readonly sync: BookSync
  readonly tape: TradeTape
  readonly gapText: string
  readonly liveText: string
  readonly staleText: string
}

export class BookCache implements MarketSink {
  /** Tickers refused because they were crossed or no numbers. */
  refusedTickers = 0
  readonly #dirty: DirtySet
  readonly #timers: TimerWheel
  readonly #notices: NoticeSink
  readonly #markets: (MarketState | undefined)[]

  constructor(context: BookCacheContext) {
    this.#dirty = context.dirty
    this.#timers = context.timers
    this.#notices = context.notices
    this.#markets = Array.from({ length: INSTRUMENTS_MAX }, () => undefined)
  }

  /** Cold path: creates the book; called again after a listing changed, it rebuilds it. */
  subscribe(instrument: Instrument, source: SnapshotSource, rule: SyncRule): OrderBook {
    const known = this.#markets[instrument.index]
    if (known !== undefined) {
      if (!hasSameUnits(known.instrument, instrument)) this.#rebuild(known, instrument)
      return known.book
    }
    const book = new OrderBook(instrument.index, instrument.tickUnits)
    const name = `${instrument.market} ${instrument.symbol}`
    this.#markets[instrument.index] = {
      instrument,
      book,
      sync: new BookSync(book, rule, source, this.#timers),
      tape: new TradeTape(),
      gapText: `${name}: the depth stream has a hole; stale until resynced`,
      liveText: `${name}: the book is live`,
      staleText: `${name}: the feed was lost; the book is stale until resynced`,
    }
    return book
  }

  has(instrument: number): boolean {
    return this.#markets[instrument] !== undefined
  }

  /** The book of a subscribed instrument. */
  book(instrument: number): OrderBook {
    return this.#market(instrument).book
  }

  /** Counters of the synchronisation, for status and checks. */
  sync(instrument: number): BookSync {
    return this.#market(instrument).sync
  }

  tape(instrument: number): TradeTape {
    return this.#market(instrument).tape
  }

  /** Live, proven within `bookAgeMaxNs`, and both sides quoted: H14's condition for placing. */
  isTradable(instrument: number, nowNs: MonoNs, bookAgeMaxNs: number): boolean {
    const book = this.#market(instrument).book
    if (book.state !== BookState.Live || nowNs - book.lastProofNs > bookAgeMaxNs) return false
    return book.bestPrice(Side.Buy) !== NO_PRICE && book.bestPrice(Side.Sell) !== NO_PRICE
  }

  /** Ticks by which live tickers or trades have left the last proven top: H14. */
  movedTicks(instrument: number): number {
    return this.#market(instrument).book.movedTicks()
  }

  onDepthDiff(instrument: number, update: DepthUpdate, nowNs: MonoNs): void {
    const market = this.#markets[instrument]
    if (market === undefined) return
    market.book.lastProofNs = nowNs
    const gapsBefore = market.sync.gaps
    if (market.sync.onDiff(update, nowNs)) this.#changed(market, nowNs)
    if (market.sync.gaps !== gapsBefore) {
      this.#notices.notice('warn', 'book_gap', market.gapText, nowNs)
    }
  }

  onDepthSnapshot(instrument: number, update: DepthUpdate, nowNs: MonoNs): void {
    const market = this.#markets[instrument]
    if (market === undefined) return
    if (!market.sync.onSnapshot(update, nowNs)) return
    market.book.lastProofNs = nowNs
    this.#changed(market, nowNs)
    const isLive = market.book.state === BookState.Live
    if (isLive) this.#notices.notice('info', 'book_live', market.liveText, nowNs)
  }

  onTicker(
    instrument: number,
    updateId: number,
    bidPrice: PriceUnits,
    bidQty: QtyUnits,
    askPrice: PriceUnits,
    askQty: QtyUnits,
    nowNs: MonoNs,
  ): void {
    const market = this.#markets[instrument]
    if (market === undefined) return
    if (!isSoundTop(bidPrice, bidQty, askPrice, askQty)) {
      this.refusedTickers++
      return
    }
    const book = market.book
    if (!book.setTicker(updateId, bidPrice, bidQty, askPrice, askQty, nowNs)) return
    book.lastChangeNs = nowNs
    this.#dirty.mark(instrument)
  }

  onTrade(
    instrument: number,
    tradeId: number,
    price: PriceUnits,
    qty: QtyUnits,
    aggressor: Side,
    venueTimeUs: number,
    nowNs: MonoNs,
  ): void {
    const market = this.#markets[instrument]
    if (market === undefined) return
    if (!market.tape.add(tradeId, price, qty, aggressor, venueTimeUs)) return
    const book = market.book
    const isNewPrice = book.lastTradePrice !== price
    book.lastTradePrice = price
    book.lastTradeNs = nowNs
    if (isNewPrice) this.#dirty.mark(instrument)
  }

  /**
   * A pong or heartbeat. It proves a quiet depth stream alive, but not one that the ticker has
   * overtaken: there a diff is due, and only the diff is proof.
   */
  onProofOfLife(instrument: number, nowNs: MonoNs): void {
    const market = this.#markets[instrument]
    if (market === undefined) return
    const book = market.book
    if (book.tickerUpdateId <= book.lastUpdateId) book.lastProofNs = nowNs
  }

  onFeedLost(instrument: number, nowNs: MonoNs): void {
    const market = this.#markets[instrument]
    if (market === undefined) return
    const wasLive = market.book.state === BookState.Live
    market.sync.onFeedLost()
    if (wasLive) this.#notices.notice('warn', 'book_stale', market.staleText, nowNs)
    market.book.lastChangeNs = nowNs
    this.#dirty.mark(instrument)
  }

  #changed(market: MarketState, nowNs: MonoNs): void {
    const book = market.book
    book.lastChangeNs = nowNs
    if (book.state === BookState.Live) book.prove(nowNs)
    this.#dirty.mark(book.instrument)
  }

  #rebuild(market: MarketState, instrument: Instrument): void {
    market.instrument = instrument
    market.book.rebuild(instrument.tickUnits)
    market.sync.onFeedLost()
    market.tape.clear()
    this.#dirty.mark(instrument.index)
  }

  #market(instrument: number): MarketState {
    const market = this.#markets[instrument]
    assert(market !== undefined, 'subscribe the instrument before its book is read')
    return market
  }
}

function hasSameUnits(one: Instrument, other: Instrument): boolean {
  const isSameScale = one.priceScale === other.priceScale && one.qtyScale === other.qtyScale
  return isSameScale && one.tickUnits === other.tickUnits
}

/** Zeroes mean an empty side; anything else must be a bid below the ask. */
function isSoundTop(bidPrice: number, bidQty: number, askPrice: number, askQty: number): boolean {
  const areNumbers = bidPrice >= 0 && bidQty >= 0 && askPrice >= 0 && askQty >= 0
  const isCrossed = bidPrice >= askPrice && bidPrice > 0 && askPrice > 0
  return areNumbers && !isCrossed
}
