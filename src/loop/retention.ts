// How long finished orders keep their rows: long enough for late fills and slow listings. A row
// that was given back is still known to the fill ledger by its client order id.
import { NS_PER_S, type MonoNs } from '#core/units.ts'
import type { LiveOrders } from '#order/live-orders.ts'
import type { OrderTable } from '#order/order-table.ts'

export const RETENTION_NS = 600 * NS_PER_S
/** Above this share of the table the oldest finished rows go early. */
export const CROWDED_FRACTION = 0.75

export class Retention {
  readonly #orders: OrderTable
  readonly #live: LiveOrders
  /** A ring of pairs: an order and since when it is settled. */
  readonly #queue: Float64Array
  #head = 0
  #count = 0

  constructor(orders: OrderTable, live: LiveOrders) {
    this.#orders = orders
    this.#live = live
    this.#queue = new Float64Array(2 * orders.capacity)
  }

  /** The order is settled since `nowNs`. */
  settled(order: number, nowNs: MonoNs): void {
    const orders = this.#orders
    if (orders.isRetiring(order)) return
    orders.setRetiring(order, true)
    const tail = (this.#head + this.#count) % orders.capacity
    this.#queue[2 * tail] = order
    this.#queue[2 * tail + 1] = nowNs
    this.#count++
  }

  /** Gives back rows whose time is over; one that came to life again stays. */
  sweep(nowNs: MonoNs): void {
    const orders = this.#orders
    const crowded = orders.capacity * CROWDED_FRACTION
    while (this.#count > 0) {
      const order = this.#queue[2 * this.#head]!
      const isDue = nowNs - this.#queue[2 * this.#head + 1]! > RETENTION_NS
      if (!isDue && orders.count < crowded) return
      this.#head = (this.#head + 1) % orders.capacity
      this.#count--
      orders.setRetiring(order, false)
      if (!this.#live.has(order)) orders.release(order)
    }
  }
}
