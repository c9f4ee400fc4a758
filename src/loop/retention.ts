// How long finished orders keep their rows: long enough for late fills and slow listings. A row
// that was given back is still known to the fill ledger by its client order id.
import { NS_PER_S, type MonoNs } from '#core/units.ts'
import type { LiveOrders } from '#order/live-orders.ts'
import type { OrderTable } from '#order/order-table.ts'

export const RETENTION_NS = 600 * NS_PER_S
/** Above this share of the table the oldest finished rows go early. */
const CROWDED_FRACTION = 0.75

export class Retention {
  readonly #orders: OrderTable
  readonly #live: LiveOrders
  readonly #queue: Int32Array
  readonly #sinceNs: Float64Array
  readonly #isQueued: Uint8Array
  #head = 0
  #count = 0

  constructor(orders: OrderTable, live: LiveOrders) {
    this.#orders = orders
    this.#live = live
    this.#queue = new Int32Array(orders.capacity)
    this.#sinceNs = new Float64Array(orders.capacity)
    this.#isQueued = new Uint8Array(orders.capacity)
  }

  /** The order is settled since `nowNs`. */
  settled(order: number, nowNs: MonoNs): void {
    if (this.#isQueued[order] === 1) return
    this.#isQueued[order] = 1
    const tail = (this.#head + this.#count) % this.#queue.length
    this.#queue[tail] = order
    this.#sinceNs[order] = nowNs
    this.#count++
  }

  /** Gives back rows whose time is over; one that came to life again stays. */
  sweep(nowNs: MonoNs): void {
    const crowded = this.#orders.capacity * CROWDED_FRACTION
    while (this.#count > 0) {
      const order = this.#queue[this.#head]!
      const isDue = nowNs - this.#sinceNs[order]! > RETENTION_NS
      if (!isDue && this.#orders.count < crowded) return
      this.#head = (this.#head + 1) % this.#queue.length
      this.#count--
      this.#isQueued[order] = 0
      if (!this.#live.has(order)) this.#orders.release(order)
    }
  }
}
