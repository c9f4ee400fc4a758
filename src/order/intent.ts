// Hot path.
// What tasks want done this turn, in order: preallocated slots, read by the order sender.
import { assert } from '#core/assert.ts'
import { INTENTS_PER_TURN_MAX } from '#core/limits.ts'
import type { MonoNs, PriceUnits, QtyUnits, Side } from '#core/units.ts'
import type { OrderType, TimeInForce } from './order-codes.ts'

export const IntentKind = { Place: 0, Cancel: 1 } as const
export type IntentKind = (typeof IntentKind)[keyof typeof IntentKind]

/** Why a working order is taken back; journalled with the cancel and counted in reports. */
export const CancelCause = {
  Reprice: 0,
  SliceTimeout: 1,
  Pause: 2,
  Cancel: 3,
  StaleBook: 4,
  Update: 5,
  Fault: 6,
  Stop: 7,
  Kill: 8,
} as const
export type CancelCause = (typeof CancelCause)[keyof typeof CancelCause]
export const CANCEL_CAUSE_NAMES = [
  'reprice',
  'slice_timeout',
  'pause',
  'cancel',
  'stale_book',
  'update',
  'fault',
  'stop',
  'kill_switch',
] as const

export class Intent implements TaskAddress {
  kind: IntentKind = IntentKind.Place
  /** Index of the task that asks. */
  index = 0
  account = 0
  instrument = 0
  side: Side = 0
  type: OrderType = 0
  timeInForce: TimeInForce = 0
  price = 0
  qty = 0
  /** Cancel only. */
  order = -1
  cause: CancelCause = CancelCause.Cancel
}

/** How the sender answers a task in the same turn. */
export interface IntentOwner {
  /** The order was created and sent; its row is `order`. */
  onPlaced(order: number, nowNs: MonoNs): void
  /** Nothing was sent: `outcome` is a core Outcome, `rule` names a risk rule where one refused. */
  onPlaceRefused(outcome: number, rule: string, nowNs: MonoNs): void
  /** The order is as it was: its cancel could not be sent now. */
  onCancelRefused(nowNs: MonoNs): void
}

export class IntentQueue {
  readonly #slots: readonly Intent[]
  #count = 0

  constructor(capacity: number = INTENTS_PER_TURN_MAX) {
    this.#slots = Array.from({ length: capacity }, () => new Intent())
  }

  get count(): number {
    return this.#count
  }

  at(index: number): Intent {
    assert(index < this.#count, 'an intent beyond the count')
    return this.#slots[index]!
  }

  clear(): void {
    this.#count = 0
  }

  /** False when the turn is full: the task asks again in the next. */
  place(task: TaskAddress, type: OrderType, price: PriceUnits, qty: QtyUnits): boolean {
    const slot = this.#next()
    if (slot === null) return false
    slot.kind = IntentKind.Place
    slot.index = task.index
    slot.account = task.account
    slot.instrument = task.instrument
    slot.side = task.side
    slot.type = type
    slot.timeInForce = 0
    slot.price = price
    slot.qty = qty
    return true
  }

  cancel(task: number, order: number, cause: CancelCause): boolean {
    const slot = this.#next()
    if (slot === null) return false
    slot.kind = IntentKind.Cancel
    slot.index = task
    slot.order = order
    slot.cause = cause
    return true
  }

  #next(): Intent | null {
    if (this.#count === this.#slots.length) return null
    return this.#slots[this.#count++]!
  }
}

export interface TaskAddress {
  readonly index: number
  readonly account: number
  readonly instrument: number
  readonly side: Side
}
