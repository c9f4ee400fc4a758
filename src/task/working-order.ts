// Hot path.
// The one order a slicing task has at work: which it is, since when, and what became of it.
import type { MonoNs, PriceUnits } from '#core/units.ts'
import { CancelCause, type IntentQueue } from '#order/intent.ts'
import { isSettled, type LiveOrders } from '#order/live-orders.ts'
import { isWorking, OrderState } from '#order/order-state.ts'
import type { OrderTable } from '#order/order-table.ts'

const NONE = -1

export const Fate = {
  /** Nothing is at work, or it is still under way. */
  None: 0,
  /** On the venue's book. */
  Working: 1,
  Filled: 2,
  Rejected: 3,
  /** Cancelled or expired: it is settled, and something may be left to do. */
  Ended: 4,
} as const
export type Fate = (typeof Fate)[keyof typeof Fate]

export class WorkingOrder {
  readonly #task: number
  readonly #orders: OrderTable
  readonly #live: LiveOrders
  readonly #intents: IntentQueue
  #order = NONE
  placedNs = 0
  /** RejectReason of the order that was last seen Rejected. */
  rejectReason = 0

  constructor(
    task: number,
    tables: {
      readonly orders: OrderTable
      readonly live: LiveOrders
      readonly intents: IntentQueue
    },
  ) {
    this.#task = task
    this.#orders = tables.orders
    this.#live = tables.live
    this.#intents = tables.intents
  }

  placed(order: number, nowNs: number): void {
    this.#order = order
    this.placedNs = nowNs
  }

  /** Nothing of the task is open, pending, unknown or owed fills. */
  get isNone(): boolean {
    return this.#live.firstOfTask(this.#task) === NONE
  }

  /** More than one order is live: a crash left one that the journal's lost tail never mentioned. */
  get isCrowded(): boolean {
    const first = this.#live.firstOfTask(this.#task)
    return first !== NONE && this.#live.nextOfTask(first) !== NONE
  }

  /** On the book with nothing asked of it: it may be repriced. */
  get isTendable(): boolean {
    return this.#order !== NONE && isWorking(this.#orders.state(this.#order))
  }

  get price(): PriceUnits {
    return this.#orders.priceUnits(this.#order)
  }

  /** What became of it since the last look; a settled order is told once and forgotten. */
  observe(_nowNs: MonoNs): Fate {
    if (this.#order === NONE) this.#order = this.#live.firstOfTask(this.#task)
    const order = this.#order
    if (order === NONE) return Fate.None
    const state = this.#orders.state(order)
    if (isWorking(state)) return Fate.Working
    if (!isSettled(this.#orders, order)) return Fate.None
    this.#order = NONE
    if (state === OrderState.Filled) return Fate.Filled
    if (state !== OrderState.Rejected) return Fate.Ended
    this.rejectReason = this.#orders.rejectReason(order)
    return Fate.Rejected
  }

  /** Asks for the cancel of every order of the task that is open; the rest settles by itself. */
  takeBack(cause: CancelCause): void {
    const live = this.#live
    for (let o = live.firstOfTask(this.#task); o !== NONE; o = live.nextOfTask(o)) {
      const state = this.#orders.state(o)
      if (isWorking(state)) this.#intents.cancel(this.#task, o, cause)
    }
  }
}
