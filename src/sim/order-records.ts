// Every order and fill the venue ever accepted, and the ways to find them.
import type { SimOrder, SimOrderRef, SimTrade } from './exchange-types.ts'

interface Shelf {
  readonly orders: SimOrder[]
  readonly trades: SimTrade[]
  readonly open: Map<number, SimOrder>
  /** The newest order of a client id: an id may be used again once its order is done. */
  readonly byClientId: Map<string, SimOrder>
}

export const isOpen = (order: SimOrder): boolean =>
  order.status === 'new' || order.status === 'partially_filled'

export class OrderRecords {
  readonly #byId = new Map<number, SimOrder>()
  // account → symbol → records
  readonly #shelves = new Map<string, Map<string, Shelf>>()

  all(): Iterable<SimOrder> {
    return this.#byId.values()
  }

  add(order: SimOrder): void {
    const shelf = this.#shelf(order.account, order.symbol)
    this.#byId.set(order.orderId, order)
    shelf.orders.push(order)
    shelf.byClientId.set(order.clientOrderId, order)
    shelf.open.set(order.orderId, order)
  }

  addTrade(trade: SimTrade): void {
    this.#shelf(trade.account, trade.symbol).trades.push(trade)
  }

  /** The order reached a terminal status. */
  close(order: SimOrder): void {
    this.#shelf(order.account, order.symbol).open.delete(order.orderId)
  }

  byId(orderId: number): SimOrder | undefined {
    return this.#byId.get(orderId)
  }

  find(account: string, symbol: string, ref: SimOrderRef): SimOrder | undefined {
    const shelf = this.#shelves.get(account)?.get(symbol)
    if (shelf === undefined) return undefined
    if ('clientOrderId' in ref) return shelf.byClientId.get(ref.clientOrderId)
    const order = this.#byId.get(ref.orderId)
    return order?.account === account && order.symbol === symbol ? order : undefined
  }

  openOrders(account: string, symbol?: string): readonly SimOrder[] {
    const shelves = this.#shelves.get(account)
    if (shelves === undefined) return []
    const chosen = symbol === undefined ? [...shelves.values()] : [shelves.get(symbol)]
    return chosen.flatMap((shelf) => (shelf === undefined ? [] : [...shelf.open.values()]))
  }

  orders(account: string, symbol: string): readonly SimOrder[] {
    return this.#shelves.get(account)?.get(symbol)?.orders ?? []
  }

  trades(account: string, symbol: string): readonly SimTrade[] {
    return this.#shelves.get(account)?.get(symbol)?.trades ?? []
  }

  allTrades(): readonly SimTrade[] {
    return [...this.#shelves.values()].flatMap((shelves) =>
      [...shelves.values()].flatMap((shelf) => shelf.trades),
    )
  }

  #shelf(account: string, symbol: string): Shelf {
    let shelves = this.#shelves.get(account)
    if (shelves === undefined) {
      shelves = new Map()
      this.#shelves.set(account, shelves)
    }
    let shelf = shelves.get(symbol)
    if (shelf === undefined) {
      shelf = { orders: [], trades: [], open: new Map(), byClientId: new Map() }
      shelves.set(symbol, shelf)
    }
    return shelf
  }
}
