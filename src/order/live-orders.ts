// Hot path.
// The orders that still matter, chained by task and by instrument: every limit is a walk along
// one short chain. An order leaves when it is settled: terminal, and all its fills are booked.
import { INSTRUMENTS_MAX, TASKS_MAX } from '#core/limits.ts'
import type { Side } from '#core/units.ts'
import { isTerminal, OrderState } from './order-state.ts'
import type { OrderTable } from './order-table.ts'

const NONE = -1

/** Owner of orders that carry our instance but whose task nobody knows: they are cancelled. */
export const ORPHAN_TASK = TASKS_MAX

export class LiveOrders {
  readonly #orders: OrderTable
  readonly #firstOfTask = new Int32Array(TASKS_MAX + 1).fill(NONE)
  readonly #firstOfInstrument = new Int32Array(INSTRUMENTS_MAX).fill(NONE)
  readonly #nextOfTask: Int32Array
  readonly #nextOfInstrument: Int32Array
  readonly #linked: Uint8Array
  #count = 0

  constructor(orders: OrderTable) {
    this.#orders = orders
    this.#nextOfTask = new Int32Array(orders.capacity).fill(NONE)
    this.#nextOfInstrument = new Int32Array(orders.capacity).fill(NONE)
    this.#linked = new Uint8Array(orders.capacity)
  }

  get count(): number {
    return this.#count
  }

  has(order: number): boolean {
    return this.#linked[order] === 1
  }

  add(order: number): void {
    if (this.#linked[order] === 1) return
    const task = this.#orders.task[order]!
    const instrument = this.#orders.instrument[order]!
    this.#nextOfTask[order] = this.#firstOfTask[task]!
    this.#firstOfTask[task] = order
    this.#nextOfInstrument[order] = this.#firstOfInstrument[instrument]!
    this.#firstOfInstrument[instrument] = order
    this.#linked[order] = 1
    this.#count++
  }

  remove(order: number): void {
    if (this.#linked[order] === 0) return
    unlink(this.#firstOfTask, this.#nextOfTask, this.#orders.task[order]!, order)
    unlink(this.#firstOfInstrument, this.#nextOfInstrument, this.#orders.instrument[order]!, order)
    this.#linked[order] = 0
    this.#count--
  }

  /** First unsettled order of the task, −1 when it has none. Continue with nextOfTask. */
  firstOfTask(task: number): number {
    return this.#firstOfTask[task]!
  }

  nextOfTask(order: number): number {
    return this.#nextOfTask[order]!
  }

  firstOfInstrument(instrument: number): number {
    return this.#firstOfInstrument[instrument]!
  }

  nextOfInstrument(order: number): number {
    return this.#nextOfInstrument[order]!
  }

  /** What may still be added to the task's filled quantity: open, in flight, unknown and owed. */
  exposureOfTask(task: number): number {
    let sum = 0
    for (let o = this.#firstOfTask[task]!; o !== NONE; o = this.#nextOfTask[o]!) {
      sum += exposureUnits(this.#orders, o)
    }
    return sum
  }

  /** The same over one account, instrument and side: for position limits. */
  exposureOf(account: number, instrument: number, side: Side): number {
    const orders = this.#orders
    let sum = 0
    for (let o = this.#firstOfInstrument[instrument]!; o !== NONE; o = this.#nextOfInstrument[o]!) {
      if (orders.account[o] !== account || orders.side[o] !== side) continue
      sum += exposureUnits(orders, o)
    }
    return sum
  }

  /** True when an order of the task is in Unknown: new risk of that task is frozen. */
  hasUnknown(task: number): boolean {
    for (let o = this.#firstOfTask[task]!; o !== NONE; o = this.#nextOfTask[o]!) {
      if (this.#orders.state[o] === OrderState.Unknown) return true
    }
    return false
  }
}

/** What this order may still fill: its rest while live, its unbooked fills once terminal. */
export function exposureUnits(orders: OrderTable, order: number): number {
  const filled = orders.filledUnits[order]!
  if (!isTerminal(orders.state[order] as OrderState)) {
    return Math.max(0, orders.qtyUnits[order]! - filled)
  }
  return owedUnits(orders, order)
}

/** Fills that the venue has counted and we have not booked yet. */
export function owedUnits(orders: OrderTable, order: number): number {
  return Math.max(0, orders.cumQtyUnits[order]! - orders.filledUnits[order]!)
}

/** Terminal with every fill booked: nothing more can come of it that the venue has announced. */
export function isSettled(orders: OrderTable, order: number): boolean {
  return isTerminal(orders.state[order] as OrderState) && exposureUnits(orders, order) === 0
}

function unlink(first: Int32Array, next: Int32Array, chain: number, order: number): void {
  if (first[chain] === order) {
    first[chain] = next[order]!
  } else {
    let before = first[chain]!
    while (next[before] !== order) before = next[before]!
    next[before] = next[order]!
  }
  next[order] = NONE
}
