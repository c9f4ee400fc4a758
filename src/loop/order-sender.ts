// Hot path.
// The only way out: intent → risk → client order id → journal copy → venue.
//
// An order's row is journalled before its bytes are handed to the link; what the link refuses is
// journalled as refused. The clock is read once more after a write that carried an order.
import type { Clock } from '#core/clock.ts'
import { TASKS_MAX } from '#core/limits.ts'
import { Outcome } from '#core/outcome.ts'
import type { MonoNs } from '#core/units.ts'
import { clientIdHi, clientIdLo, SEQUENCE_MAX } from '#order/client-order-id.ts'
import { IntentKind, type Intent, type IntentOwner } from '#order/intent.ts'
import type { IntentQueue, TaskAddress } from '#order/intent.ts'
import { isLive, isWorking, OrderEvent } from '#order/order-state.ts'
import type { OrderTable } from '#order/order-table.ts'
import type { OrderTruth } from '#order/order-truth.ts'
import type { RiskGate } from '#risk/gate.ts'
import type { VenueRoster } from './venue-roster.ts'

export interface SenderJournal {
  /** Ok is the permission to send. */
  orderCreated(orders: OrderTable, order: number, nowNs: MonoNs): Outcome
  readonly admitsOrders: boolean
  orderForeign(orders: OrderTable, order: number, nowNs: MonoNs): Outcome
}

export interface SenderLatency {
  /** Read callback entered → order bytes written. */
  record(elapsedNs: number): void
}

export interface OrderSenderParts {
  readonly clock: Clock
  readonly orders: OrderTable
  readonly truth: OrderTruth
  readonly gate: RiskGate
  readonly journal: SenderJournal
  readonly tickToOrder: SenderLatency
  readonly instance: number
  readonly incarnation: number
  readonly roster: VenueRoster
  ownerOf(task: number): IntentOwner
}

export class OrderSender {
  readonly #parts: OrderSenderParts
  readonly #nextSequence = new Uint32Array(TASKS_MAX)

  constructor(parts: OrderSenderParts) {
    this.#parts = parts
  }

  /** Sends every intent of this turn, in the order asked. */
  send(intents: IntentQueue, nowNs: MonoNs): void {
    for (let i = 0; i < intents.count; i++) {
      const intent = intents.at(i)
      if (intent.kind === IntentKind.Place) this.#place(intent, nowNs)
      else this.#takeBack(intent, nowNs)
    }
    intents.clear()
  }

  /** Asks the venue to take the order back. False when nothing could be sent now. */
  cancel(order: number, cause: number, nowNs: MonoNs): boolean {
    const { orders, roster, truth } = this.#parts
    // By its id it may be cancelled at any time: unknown, cancelled before, even before its ack.
    if (!isLive(orders.state(order))) return false
    const outcome = roster.accounts[orders.account(order)]!.cancel(order, nowNs)
    if (outcome !== Outcome.Ok) return false
    truth.enter(order, OrderEvent.CancelSend, cause, nowNs)
    return true
  }

  /** A task may ask twice in a turn (an update, then its step): the second finds it pending. */
  #takeBack(intent: Intent, nowNs: MonoNs): void {
    const isOpen = isWorking(this.#parts.orders.state(intent.order))
    if (!isOpen || this.cancel(intent.order, intent.cause, nowNs)) return
    this.#parts.ownerOf(intent.index).onCancelRefused(nowNs)
  }

  #place(intent: Intent, nowNs: MonoNs): void {
    const { gate, journal, truth, orders, roster, clock } = this.#parts
    const owner = this.#parts.ownerOf(intent.index)
    if (!journal.admitsOrders)
      return owner.onPlaceRefused(Outcome.NotReady, 'journal_behind', nowNs)
    const admitted = gate.check(intent, nowNs)
    if (admitted !== Outcome.Ok) return owner.onPlaceRefused(admitted, gate.refusal.rule, nowNs)
    const order = this.#create(intent, nowNs)
    if (order < 0) return owner.onPlaceRefused(Outcome.Full, 'orders_max', nowNs)
    const journalled = journal.orderCreated(orders, order, nowNs)
    if (journalled !== Outcome.Ok) {
      orders.release(order)
      return owner.onPlaceRefused(Outcome.NotReady, 'journal_behind', nowNs)
    }
    const sent = roster.accounts[intent.account]!.place(order, nowNs)
    if (sent !== Outcome.Ok) {
      truth.enter(order, OrderEvent.SendRefused, 0, nowNs)
      return owner.onPlaceRefused(sent, 'venue', nowNs)
    }
    this.#parts.tickToOrder.record(clock.nowNs() - nowNs)
    gate.sent(nowNs)
    orders.setSentNs(order, nowNs)
    truth.enter(order, OrderEvent.Send, 0, nowNs)
    owner.onPlaced(order, nowNs)
  }

  /** H22: a row for an order that another program placed; its fate is Unknown until asked. */
  adoptForeign(task: TaskAddress, foreignId: string, nowNs: MonoNs): boolean {
    const { orders, journal, truth } = this.#parts
    const order = this.#takeRow(task, nowNs)
    if (order < 0) return false
    orders.setForeignId(order, foreignId)
    orders.setPriceUnits(order, 0)
    orders.setQtyUnits(order, 0)
    journal.orderCreated(orders, order, nowNs)
    journal.orderForeign(orders, order, nowNs)
    truth.enter(order, OrderEvent.NoAnswer, 0, nowNs)
    return true
  }

  #create(intent: Intent, nowNs: MonoNs): number {
    const { orders } = this.#parts
    const order = this.#takeRow(intent, nowNs)
    if (order < 0) return -1
    orders.setType(order, intent.type)
    orders.setTimeInForce(order, intent.timeInForce)
    orders.setPriceUnits(order, intent.price)
    orders.setQtyUnits(order, intent.qty)
    return order
  }

  /** A row with the task's next client order id, or −1 when table or sequence are used up. */
  #takeRow(task: TaskAddress, nowNs: MonoNs): number {
    const { orders, instance, incarnation } = this.#parts
    const sequence = this.#nextSequence[task.index]!
    if (sequence > SEQUENCE_MAX) return -1
    const hi = clientIdHi(instance, incarnation, task.index)
    const order = orders.take(hi, clientIdLo(task.index, sequence))
    if (order < 0) return -1
    this.#nextSequence[task.index] = sequence + 1
    orders.setTask(order, task.index)
    orders.setAccount(order, task.account)
    orders.setInstrument(order, task.instrument)
    orders.setSide(order, task.side)
    orders.setCreatedNs(order, nowNs)
    return order
  }
}
