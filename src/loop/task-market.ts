// Hot path.
// What tasks and the gate may read of books, net of our own orders where the rules say so (H2).
import { assert } from '#core/assert.ts'
import { monoNs, qtyUnits, Side, type MonoNs, type PriceUnits } from '#core/units.ts'
import type { BookCache } from '#book/book-cache.ts'
import { BookState } from '#book/book-state.ts'
import { NetTop } from '#book/net-top.ts'
import { OwnDepth } from '#book/own-depth.ts'
import { exposureUnits } from '#order/live-orders.ts'
import { isTerminal, type OrderState } from '#order/order-state.ts'
import type { OrderTable } from '#order/order-table.ts'
import type { GateMarket } from '#risk/gate.ts'
import type { NetTopView, TaskMarket } from '#task/task.ts'

interface OwnView {
  readonly own: OwnDepth
  readonly top: NetTop
}

export class MarketView implements TaskMarket, GateMarket {
  readonly #books: BookCache
  readonly #orders: OrderTable
  readonly #views: (OwnView | undefined)[][] = []
  readonly #view = { bid: 0, ask: 0, last: 0 }
  /** Of the present turn: set by the engine before anything reads. */
  nowNs: MonoNs = monoNs(0)

  constructor(books: BookCache, orders: OrderTable) {
    this.#books = books
    this.#orders = orders
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
    const book = this.#books.book(instrument)
    const { own, top } = this.#viewOf(instrument, account)
    top.read(book, own, this.nowNs)
    const view = this.#view
    view.bid = top.bidPrice
    view.ask = top.askPrice
    view.last = book.lastTradePrice
    return view
  }

  /** Order truth changed this order: what is ours at its price may have changed. */
  orderChanged(order: number, nowNs: MonoNs): void {
    const orders = this.#orders
    const { own } = this.#viewOf(orders.instrument[order]!, orders.account[order]!)
    const isGone = isTerminal(orders.state[order] as OrderState)
    const openQty = isGone ? 0 : exposureUnits(orders, order)
    const side = orders.side[order] as Side
    const price = orders.priceUnits[order] as PriceUnits
    const hasRoom = own.set(order, side, price, qtyUnits(openQty), nowNs)
    assert(hasRoom, 'an account has more live orders than OWN_DEPTH_ORDERS_MAX')
  }

  #viewOf(instrument: number, account: number): OwnView {
    const ofAccount = (this.#views[account] ??= [])
    return (ofAccount[instrument] ??= {
      own: new OwnDepth(this.#books.book(instrument)),
      top: new NetTop(),
    })
  }
}
