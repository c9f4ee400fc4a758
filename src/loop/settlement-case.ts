// What the ladder remembers of one order while it asks for its fate, and how long it waits between
// two questions. Pure.
import { NO_TIMER, type TimerHandle } from '#core/timer-wheel.ts'
import { NEVER_NS, NS_PER_MS, NS_PER_S } from '#core/units.ts'
import type { OrderTable } from '#order/order-table.ts'

const WAIT_FIRST_NS = 100 * NS_PER_MS
const WAIT_MAX_NS = 5 * NS_PER_S
/** After the alarm a person looks at it; the ladder only keeps an eye on it. */
const WAIT_ALARMED_MAX_NS = 60 * NS_PER_S
const DOUBLINGS_MAX = 10
export const ALARM_AFTER_ATTEMPTS = 8

export const Question = { Order: 0, History: 1, Fills: 2 } as const
export type Question = (typeof Question)[keyof typeof Question]

export const NO_QUESTION = 0

export class SettlementCase {
  readonly order: number
  // Rows are used again: the case is of the order that had it then.
  readonly #clientIdHi: number
  readonly #clientIdLo: number
  /** Questions put, or due while the venue could not be asked. */
  attempts = 0
  /** Answers that the venue does not know the order. */
  notFound = 0
  cancels = 0
  /** Whole trade listings that did not show what is owed. */
  fruitless = 0
  /** The answer to the question that is out said "not found". */
  isAbsent = false
  /** The last answer said that the order is still open. */
  isOpenStill = false
  /** Whatever its state, it is asked for by its id once. */
  mustAsk = false
  /** The reason is that a listing should have shown it. */
  isDoubted = false
  isAlarmed = false
  /** Since when the ladder has seen an amend of it unanswered. */
  amendingNs: number = NEVER_NS
  /** Of the question that is out. */
  token = NO_QUESTION
  what: Question = Question.Order
  timer: TimerHandle = NO_TIMER

  constructor(orders: OrderTable, order: number) {
    this.order = order
    this.#clientIdHi = orders.clientIdHi(order)
    this.#clientIdLo = orders.clientIdLo(order)
  }

  /** False once the row was given back, or is another order's. */
  isOf(orders: OrderTable): boolean {
    return orders.find(this.#clientIdHi, this.#clientIdLo) === this.order
  }

  /** A question is out, or the time of the next one is set. */
  get isUnderWay(): boolean {
    return this.token !== NO_QUESTION || this.timer !== NO_TIMER
  }

  /** A new session: whatever was asked on the old one is not answered, and waiting starts anew. */
  startAnew(): void {
    this.attempts = 0
    this.cancels = 0
    this.fruitless = 0
    this.isOpenStill = false
    this.token = NO_QUESTION
  }

  /** Doubling from one question to the next. */
  get waitNs(): number {
    const doublings = Math.min(this.attempts, DOUBLINGS_MAX)
    if (!this.isAlarmed) return Math.min(WAIT_FIRST_NS * 2 ** doublings, WAIT_MAX_NS)
    const since = Math.max(0, Math.min(this.attempts - ALARM_AFTER_ATTEMPTS, DOUBLINGS_MAX))
    return Math.min(WAIT_MAX_NS * 2 ** since, WAIT_ALARMED_MAX_NS)
  }
}
