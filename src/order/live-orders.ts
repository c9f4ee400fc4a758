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
  #count = 0

  constructor(orders: OrderTable) {
    this.#orders = orders
  }

  get count(): number {
    return this.#count
  }

  has(order: number): boolean {
    return this.#orders.isLinked(order)
  }

  add(order: number): void {
    const orders = this.#orders
    if (orders.isLinked(order)) return
    const task = orders.task(order)
    const instrument = orders.instrument(order)
    orders.setNextOfTask(order, this.#firstOfTask[task]!)
    this.#firstOfTask[task] = order
    orders.setNextOfInstrument(order, this.#firstOfInstrument[instrument]!)
    this.#firstOfInstrument[instrument] = order
    orders.setLinked(order, true)
    this.#count++
  }

  remove(order: number): void {
    const orders = this.#orders
    if (!orders.isLinked(order)) return
    this.#unlinkOfTask(orders.task(order), order)
    this.#unlinkOfInstrument(orders.instrument(order), order)
    orders.setLinked(order, false)
    this.#count--
  }

  /** First unsettled order of the task, −1 when it has none. Continue with nextOfTask. */
  firstOfTask(task: number): number {
    return this.#firstOfTask[task]!
  }

  nextOfTask(order: number): number {
    return this.#orders.nextOfTask(order)
  }

  firstOfInstrument(instrument: number): number {
    return this.#firstOfInstrument[instrument]!
  }

  nextOfInstrument(order: number): number {
    return this.#orders.nextOfInstrument(order)
  }

  /** What may still be added to the task's filled quantity: open, in flight, unknown and owed. */
  exposureOfTask(task: number): number {
    const orders = this.#orders
    let sum = 0
    for (let o = this.#firstOfTask[task]!; o !== NONE; o = orders.nextOfTask(o)) {
      sum += exposureUnits(orders, o)
    }
    return sum
  }

  /** The same over one account, instrument and side: for position limits. */
  exposureOf(account: number, instrument: number, side: Side): number {
    const orders = this.#orders
    let sum = 0
    for (let o = this.#firstOfInstrument[instrument]!; o !== NONE; o = orders.nextOfInstrument(o)) {
      if (orders.account(o) !== account || orders.side(o) !== side) continue
      sum += exposureUnits(orders, o)
    }
    return sum
  }

  /** True when an order of the task is in Unknown. */
  hasUnknown(task: number): boolean {
    const orders = this.#orders
    for (let o = this.#firstOfTask[task]!; o !== NONE; o = orders.nextOfTask(o)) {
      if (orders.state(o) === OrderState.Unknown) return true
    }
    return false
  }

  /**
   * The same on one account and instrument: new risk of the task is frozen there, and there alone.
   * Its other leg may still be hedged.
   */
  hasUnknownOn(task: number, account: number, instrument: number): boolean {
    const orders = this.#orders
    for (let o = this.#firstOfTask[task]!; o !== NONE; o = orders.nextOfTask(o)) {
      if (orders.state(o) !== OrderState.Unknown) continue
      if (orders.instrument(o) === instrument && orders.account(o) === account) return true
    }
    return false
  }

  #unlinkOfTask(task: number, order: number): void {
    const orders = this.#orders
    const next = orders.nextOfTask(order)
    let before = this.#firstOfTask[task]!
    if (before === order) {
      this.#firstOfTask[task] = next
      return
    }
    while (orders.nextOfTask(before) !== order) before = orders.nextOfTask(before)
    orders.setNextOfTask(before, next)
  }

  #unlinkOfInstrument(instrument: number, order: number): void {
    const orders = this.#orders
    const next = orders.nextOfInstrument(order)
    let before = this.#firstOfInstrument[instrument]!
    if (before === order) {
      this.#firstOfInstrument[instrument] = next
      return
    }
    while (orders.nextOfInstrument(before) !== order) before = orders.nextOfInstrument(before)
    orders.setNextOfInstrument(before, next)
  }
}

/** What this order may still fill: its rest while live, its unbooked fills once terminal. */
export function exposureUnits(orders: OrderTable, order: number): number {
  const filled = orders.filledUnits(order)
  if (!isTerminal(orders.state(order))) {
    return Math.max(0, orders.qtyUnits(order) - filled)
  }
  return owedUnits(orders, order)
}

/** Fills that the venue has counted and we have not booked yet. */
export function owedUnits(orders: OrderTable, order: number): number {
  return Math.max(0, orders.cumQtyUnits(order) - orders.filledUnits(order))
}

/** Terminal with every fill booked: nothing more can come of it that the venue has announced. */
export function isSettled(orders: OrderTable, order: number): boolean {
  return isTerminal(orders.state(order)) && exposureUnits(orders, order) === 0
}
