// Notices when a fill is told before the answer to its own order, or after the answer to its
// cancel: races that faults make likely and nobody can order. It counts, and changes nothing.
import type { MessageFaults } from './message-faults.ts'

/** Order ids remembered; beyond it the count begins anew, as it only has to see some. */
const ORDERS_MAX = 10_000

export class Overtakes {
  readonly #faults: MessageFaults
  /** Placed, and the answer is still to leave. */
  readonly #unanswered = new Set<number>()
  /** The answer to their cancel has left. */
  readonly #cancelled = new Set<number>()

  constructor(faults: MessageFaults) {
    this.#faults = faults
  }

  answerDue(isPlace: boolean, orderId: number): void {
    if (isPlace && orderId > 0) remember(this.#unanswered, orderId)
  }

  answerLeft(isPlace: boolean, orderId: number): void {
    this.#unanswered.delete(orderId)
    if (!isPlace && orderId > 0) remember(this.#cancelled, orderId)
  }

  fillTold(orderId: number): void {
    if (this.#unanswered.has(orderId)) this.#faults.count('fill before ack')
    if (this.#cancelled.has(orderId)) this.#faults.count('fill after cancel')
  }
}

function remember(ids: Set<number>, orderId: number): void {
  if (ids.size >= ORDERS_MAX) ids.clear()
  ids.add(orderId)
}
