// What follows from a change of order truth: the journal hears of it, the task wakes, the ladder is
// asked to ask, a person is told. One place, so that no consequence is forgotten.
import type { NoticeSink } from '#core/notice.ts'
import type { MonoNs } from '#core/units.ts'
import type { Journal } from '#journal/journal.ts'
import { clientIdText } from '#order/client-order-id.ts'
import type { Fill } from '#order/fill-ledger.ts'
import { isSettled, ORPHAN_TASK } from '#order/live-orders.ts'
import type { OrderEvent } from '#order/order-state.ts'
import type { OrderTable } from '#order/order-table.ts'
import type { OrderTruthListener } from '#order/order-truth.ts'
import { isProvisional } from '#order/provisional-fills.ts'
import type { VenueEvent } from '#order/venue-event.ts'
import type { Retention } from './retention.ts'
import type { Scheduler } from './scheduler.ts'
import type { Settlement } from './settlement.ts'
import type { MarketView } from './task-market.ts'

export interface OrderNewsParts {
  readonly orders: OrderTable
  readonly journal: Journal
  readonly scheduler: Scheduler
  readonly settlement: Settlement
  readonly retention: Retention
  readonly marketView: MarketView
  readonly notices: NoticeSink
  /** loop/account-desk: balances are expected to follow. */
  filled(fill: Fill): void
  /** Place sent → accepted. */
  readonly ack: { record(elapsedNs: number): void }
}

export class OrderNews implements OrderTruthListener {
  /** Fills and adoptions so far: a reconciliation pass that adds none agrees with the last. */
  factsCount = 0
  /** Fills that break a task's or an order's bounds; each is booked and alarmed. */
  overfillCount = 0
  readonly #parts: OrderNewsParts

  constructor(parts: OrderNewsParts) {
    this.#parts = parts
  }

  onOrderChanged(order: number, event: OrderEvent, reason: number, nowNs: MonoNs): void {
    const { orders, journal, marketView, scheduler, retention } = this.#parts
    journal.orderEvent(orders, order, event, reason, nowNs)
    marketView.orderChanged(order, nowNs)
    if (isSettled(orders, order)) retention.settled(order, nowNs)
    const task = orders.task(order)
    if (task !== ORPHAN_TASK) scheduler.wake(task)
    const isForeign = orders.isForeign(order)
    if (task === ORPHAN_TASK || isForeign) this.#parts.settlement.needsQuery(order, nowNs)
    this.#recordAck(order)
  }

  onFill(fill: Fill, nowNs: MonoNs): void {
    this.factsCount++
    this.#parts.journal.fillBooked(fill, isProvisional(fill.tradeId), nowNs)
    this.#parts.filled(fill)
  }

  onNeedsQuery(order: number, nowNs: MonoNs): void {
    this.#parts.settlement.needsQuery(order, nowNs)
  }

  onOwedFills(order: number, nowNs: MonoNs): void {
    this.#parts.settlement.owedFills(order, nowNs)
  }

  /** Journalled like an order of our own making, so that a next start knows it. */
  onAdopted(order: number, nowNs: MonoNs): void {
    this.factsCount++
    const { orders, journal } = this.#parts
    journal.orderCreated(orders, order, nowNs)
    const owner = orders.task(order) === ORPHAN_TASK ? 'no task, so it is cancelled' : 'its task'
    this.#say('warn', 'order_adopted', order, `found at the venue; goes to ${owner}`, nowNs)
  }

  onAnomaly(code: string, order: number, detail: string, nowNs: MonoNs): void {
    if (code === 'order_overfilled') this.overfillCount++
    this.#say('alarm', code, order, detail, nowNs)
  }

  /** Another program's or person's fill on the same account, or one booked long ago. */
  onUnmatchedFill(_event: VenueEvent, _nowNs: MonoNs): void {}

  #recordAck(order: number): void {
    const { orders, ack } = this.#parts
    const acceptedNs = orders.acceptedNs(order)
    if (acceptedNs === 0 || orders.isAckRecorded(order)) return
    orders.setAckRecorded(order, true)
    if (orders.sentNs(order) > 0) ack.record(acceptedNs - orders.sentNs(order))
  }

  #say(level: 'warn' | 'alarm', code: string, order: number, text: string, nowNs: MonoNs): void {
    const { orders, notices } = this.#parts
    const id = order < 0 ? '' : clientIdText(orders.clientIdHi(order), orders.clientIdLo(order))
    notices.notice(level, code, `order ${id}: ${text}`, nowNs)
  }
}
