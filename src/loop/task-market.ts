// Hot path.
// What tasks and the gate may read of books, net of our own orders where the rules say so (H2), and
// whether any of it has changed: most updates change quantities that no task looks at, and those
// wake nobody. Who gives tasks more to read than tops and trades makes hasNews tell of it.
import { assert } from '#core/assert.ts'
import { INSTRUMENTS_MAX } from '#core/limits.ts'
import { monoNs, NS_PER_MS, qtyUnits, Side, type MonoNs, type PriceUnits } from '#core/units.ts'
import type { BookCache } from '#book/book-cache.ts'
import type { OrderBook } from '#book/order-book.ts'
import { BookState } from '#book/book-state.ts'
import { NetTop } from '#book/net-top.ts'
import { OwnDepth } from '#book/own-depth.ts'
import { NO_PRICE } from '#book/price-ladder.ts'
import { exposureUnits } from '#order/live-orders.ts'
import { isTerminal } from '#order/order-state.ts'
import type { OrderTable } from '#order/order-table.ts'
import type { GateMarket } from '#risk/gate.ts'
import type { NetTopView, TaskMarket } from '#task/task.ts'
import type { MarketNews } from './scheduler.ts'

/** A first proof of life after this long is news: a task may have given up a book for its age. */
const SILENCE_NS = 100 * NS_PER_MS
const UNTOLD = -1

/** One account's view of one instrument; tasks of the same account share it. */
class OwnView implements NetTopView {
  bid: PriceUnits = NO_PRICE
  ask: PriceUnits = NO_PRICE
  last: PriceUnits = NO_PRICE
  /** Changes whenever a reading differed from the one before, whoever read. */
  version = 0
  /** The version that the subscribers were last woken for. */
  toldVersion = UNTOLD
  /** Turn of the last reading; within one nothing changes but our own orders. */
  readTurn = -1
  readonly own: OwnDepth
  readonly #top = new NetTop()

  constructor(book: OrderBook) {
    this.own = new OwnDepth(book)
  }

  read(book: OrderBook, nowNs: MonoNs): void {
    const top = this.#top
    top.read(book, this.own, nowNs)
    const { bidPrice, askPrice } = top
    const last = book.lastTradePrice
    if (bidPrice === this.bid && askPrice === this.ask && last === this.last) return
    this.bid = bidPrice
    this.ask = askPrice
    this.last = last
    this.version++
  }
}

export class MarketView implements TaskMarket, GateMarket, MarketNews {
  readonly #books: BookCache
  readonly #orders: OrderTable
  readonly #views: (OwnView | undefined)[][] = []
  /** As of the last wake, by instrument: the newest proof of life, and whether both sides stood. */
  readonly #toldProofNs = new Float64Array(INSTRUMENTS_MAX).fill(-Infinity)
  readonly #toldQuoted = new Uint8Array(INSTRUMENTS_MAX)
  #nowNs: MonoNs = monoNs(0)
  #turn = 0

  constructor(books: BookCache, orders: OrderTable) {
    this.#books = books
    this.#orders = orders
  }

  get nowNs(): MonoNs {
    return this.#nowNs
  }

  /** Of the present turn: set by the engine before anything reads. */
  set nowNs(nowNs: MonoNs) {
    this.#nowNs = nowNs
    this.#turn++
  }

  /** Something that a task may read has changed since this last said so. */
  hasNews(instrument: number): boolean {
    const book = this.#books.book(instrument)
    const isQuoted = areBothSidesQuoted(book) ? 1 : 0
    const silentNs = book.lastProofNs - this.#toldProofNs[instrument]!
    // What is done on a book that is not right depends on its age and on every move of the market.
    const isRight = book.state === BookState.Live
    this.#toldProofNs[instrument] = isRight ? book.lastProofNs : -Infinity
    let isNews = !isRight || silentNs >= SILENCE_NS || this.#toldQuoted[instrument] !== isQuoted
    this.#toldQuoted[instrument] = isQuoted
    for (let account = 0; account < this.#views.length; account++) {
      const view = this.#views[account]?.[instrument]
      if (view === undefined) continue
      this.#refresh(view, book)
      if (view.version === view.toldVersion) continue
      view.toldVersion = view.version
      isNews = true
    }
    return isNews
  }

  isTradable(instrument: number, nowNs: MonoNs, ageMaxNs: number): boolean {
    return this.#books.isTradable(instrument, nowNs, ageMaxNs)
  }

  bookAgeNs(instrument: number, nowNs: MonoNs): number {
    const book = this.#books.book(instrument)
    if (book.state === BookState.Live) return nowNs - book.lastProofNs
    // After a gap the stream may be lively and the book still wrong: its age counts from when it
    // was last right.
    return book.provenNs === 0 ? Infinity : nowNs - book.provenNs
  }

  movedTicks(instrument: number): number {
    return this.#books.movedTicks(instrument)
  }

  mid(instrument: number): number {
    const book = this.#books.book(instrument)
    const bid = book.bestPrice(Side.Buy)
    const ask = book.bestPrice(Side.Sell)
    return bid > 0 && ask > 0 ? (bid + ask) / 2 : 0
  }

  netTop(instrument: number, account: number): NetTopView {
    const view = this.#viewOf(instrument, account)
    this.#refresh(view, this.#books.book(instrument))
    return view
  }

  /** Order truth changed this order: what is ours at its price may have changed. */
  orderChanged(order: number, nowNs: MonoNs): void {
    const orders = this.#orders
    const view = this.#viewOf(orders.instrument(order), orders.account(order))
    view.readTurn = -1
    const isGone = isTerminal(orders.state(order))
    const openQty = isGone ? 0 : exposureUnits(orders, order)
    const side = orders.side(order)
    const price = orders.priceUnits(order)
    const hasRoom = view.own.set(order, side, price, qtyUnits(openQty), nowNs)
    assert(hasRoom, 'an account has more live orders than OWN_DEPTH_ORDERS_MAX')
  }

  #refresh(view: OwnView, book: OrderBook): void {
    if (view.readTurn === this.#turn) return
    view.readTurn = this.#turn
    view.read(book, this.#nowNs)
  }

  #viewOf(instrument: number, account: number): OwnView {
    const ofAccount = (this.#views[account] ??= [])
    return (ofAccount[instrument] ??= new OwnView(this.#books.book(instrument)))
  }
}

function areBothSidesQuoted(book: OrderBook): boolean {
  return book.bestPrice(Side.Buy) !== NO_PRICE && book.bestPrice(Side.Sell) !== NO_PRICE
}
