// What is true of our orders: the only writer of order states and fills.
//
// Venue events arrive late, twice, out of order and from three sources. Each is looked up, turned
// into an event of the order's table, and applied; fills are keyed by trade id, cumulative
// quantities only grow, an outcome nobody proved stays Unknown. It sends nothing and asks nothing:
// what has to be asked is told to the listener.
//
// A count that no trade explains is booked only when somebody asks for it (`inferOwed`, `infer`):
// as provisional fills, which the real trades replace as they come.
import type { MonoNs } from '#core/units.ts'
import { clientIdParts } from './client-order-id.ts'
import { FillBooking } from './fill-booking.ts'
import type { FillLedger, Fill } from './fill-ledger.ts'
import { isSettled, owedUnits, type LiveOrders } from './live-orders.ts'
import { RejectReason } from './order-codes.ts'
import {
  isTerminal,
  isWorking,
  ORDER_STATE_NAMES,
  OrderEvent,
  OrderState,
  orderTransitions,
} from './order-state.ts'
import type { OrderTable } from './order-table.ts'
import type { PositionLedger } from './position-ledger.ts'
import { Terminal, VenueEventKind, type VenueEvent } from './venue-event.ts'

export interface OrderTruthListener {
  /** The order's row changed by `event`; journal it and wake its task. */
  onOrderChanged(order: number, event: OrderEvent, reason: number, nowNs: MonoNs): void
  onFill(fill: Fill, nowNs: MonoNs): void
  /** The order's fate must be asked for: unknown outcome, refused cancel, incomplete facts. */
  onNeedsQuery(order: number, nowNs: MonoNs): void
  /** The venue has announced fills of this order that we have not seen. */
  onOwedFills(order: number, nowNs: MonoNs): void
  /** An order carrying our instance was found that no table knew. */
  onAdopted(order: number, nowNs: MonoNs): void
  /** Something a person should look at; the books are right. */
  onAnomaly(code: string, order: number, detail: string, nowNs: MonoNs): void
  /** A fill whose order nobody can name yet: the history listing will. */
  onUnmatchedFill(event: VenueEvent, nowNs: MonoNs): void
}

export interface OrderTruthParts {
  readonly orders: OrderTable
  readonly live: LiveOrders
  readonly fills: FillLedger
  readonly positions: PositionLedger
  /** Our instance number: only its ids are ever adopted. */
  readonly instance: number
  /** The task a client order id names, or ORPHAN_TASK for one of an archived or foreign journal. */
  taskOf(taskIndex: number, incarnation: number): number
  readonly listener: OrderTruthListener
}

export class OrderTruth {
  readonly #parts: OrderTruthParts
  readonly #orders: OrderTable
  readonly #booking: FillBooking
  /** This event taught something besides the state: a venue id, an accept time, a quantity. */
  #hasNews = false

  constructor(parts: OrderTruthParts) {
    this.#parts = parts
    this.#orders = parts.orders
    const { orders, fills, positions, listener } = parts
    const onFill = listener.onFill.bind(listener)
    this.#booking = new FillBooking({ orders, fills, positions, onFill })
  }

  /** Applies one decoded venue event that concerns an order; the others are not for this room. */
  apply(event: VenueEvent, nowNs: MonoNs): void {
    const order = this.#resolve(event, nowNs)
    if (order === -1) {
      if (event.kind === VenueEventKind.Fill) this.#parts.listener.onUnmatchedFill(event, nowNs)
      return
    }
    this.#hasNews = this.#orders.setVenueOrderId(order, event.venueOrderId)
    this.#applyTo(order, event, nowNs)
    this.#hasNews = false
  }

  /** Our own doing: Send, SendRefused, CancelSend, and ProvenAbsent by the settlement ladder. */
  enter(order: number, event: OrderEvent, reason: number, nowNs: MonoNs): boolean {
    const orders = this.#orders
    const before = orders.state(order)
    const next = orderTransitions.next(before, event)
    if (next === -1) {
      const refusal = orderTransitions.refusal(before, event)
      this.#parts.listener.onAnomaly('order_event_refused', order, refusal.message, nowNs)
      return false
    }
    // The table knows no quantities: whatever brings an order back to its book, its fills remain.
    const isPart = next === OrderState.Open && orders.filledUnits(order) > 0
    const state = isPart ? OrderState.PartiallyFilled : (next as OrderState)
    orders.setState(order, state)
    if (before === OrderState.Rejected && state !== before) {
      const text = `held for rejected, and is ${ORDER_STATE_NAMES[state]}`
      this.#parts.listener.onAnomaly('rejected_order_lives', order, text, nowNs)
    }
    if (next === OrderState.Rejected && reason !== 0) orders.setRejectReason(order, reason)
    // Reply, stream and listing repeat each other: what changes nothing is told to nobody.
    const isRepeat = state === before && !this.#hasNews && event !== OrderEvent.CancelSend
    if (isRepeat) return true
    this.#parts.listener.onOrderChanged(order, event, reason, nowNs)
    this.#settleOrRelink(order, nowNs)
    return true
  }

  /** An amend went out: until it is answered the order may be as large as the larger of the two. */
  amendSent(order: number, qty: number, nowNs: MonoNs): void {
    if (qty > this.#orders.qtyUnits(order)) this.#orders.setQtyUnits(order, qty)
    this.enter(order, OrderEvent.AmendSend, 0, nowNs)
  }

  /**
   * Books what the venue has counted and its trades do not show, at the price that its own sums
   * give, else at the order's limit. False when no price is known: nothing was booked.
   */
  inferOwed(order: number, nowNs: MonoNs): boolean {
    const owed = owedUnits(this.#orders, order)
    if (owed === 0) return true
    const notional = this.#booking.owedNotional(order)
    if (notional <= 0) return false
    this.infer(order, owed, notional, nowNs)
    return true
  }

  /** Books `qty` of this order for `notional` in all, until its real trades come. */
  infer(order: number, qty: number, notional: number, nowNs: MonoNs): void {
    this.#booking.infer(order, qty, notional, nowNs)
    this.#hasNews = true
    this.#raiseCumQty(order, this.#orders.filledUnits(order))
    this.enter(order, this.#fillEvent(order), 0, nowNs)
    this.#hasNews = false
  }

  /** Part of what is booked stands in for trades that the venue has not shown. */
  isProvisional(order: number): boolean {
    return this.#booking.isProvisional(order)
  }

  /** What the journal remembers of provisional fills: real ones may still come. */
  restoreProvisional(fill: Fill): void {
    this.#booking.restore(fill)
  }

  #applyTo(order: number, event: VenueEvent, nowNs: MonoNs): void {
    switch (event.kind) {
      case VenueEventKind.Accepted:
        if (this.#orders.acceptedNs(order) === 0) {
          this.#orders.setAcceptedNs(order, event.receivedNs)
          this.#hasNews = true
        }
        this.enter(order, OrderEvent.Accept, 0, nowNs)
        return
      case VenueEventKind.Rejected:
        return this.#applyRejected(order, event, nowNs)
      case VenueEventKind.PlaceUnknown:
      case VenueEventKind.CancelUnknown:
        return this.#applyNoAnswer(order, event.kind, nowNs)
      case VenueEventKind.Fill:
        return this.#applyFill(order, event, nowNs)
      case VenueEventKind.Cancelled:
        return this.#applyDone(order, OrderEvent.Cancel, event.cumQtyUnits, nowNs)
      case VenueEventKind.Expired:
        return this.#applyDone(order, OrderEvent.Expire, event.cumQtyUnits, nowNs)
      case VenueEventKind.CancelRejected:
        return this.#applyCancelRejected(order, event, nowNs)
      case VenueEventKind.Amended:
        return this.#applyAmended(order, event, OrderEvent.AmendAccept, nowNs)
      case VenueEventKind.AmendUnknown:
        return this.#askWhileLive(order, nowNs)
      case VenueEventKind.AmendRejected:
        // An answer without the order's terms: the larger quantity stands until a report tells.
        if (event.qtyUnits === 0) return this.#askWhileLive(order, nowNs)
        return this.#applyAmended(order, event, OrderEvent.AmendRefused, nowNs)
      case VenueEventKind.ReportedOpen:
        this.#learnFacts(order, event)
        this.enter(order, OrderEvent.FoundOpen, 0, nowNs)
        return this.#askForOwed(order, nowNs)
      case VenueEventKind.ReportedDone:
        this.#learnFacts(order, event)
        this.#applyReportedDone(order, event, nowNs)
        return this.#askForOwed(order, nowNs)
      default:
        return
    }
  }

  #applyRejected(order: number, event: VenueEvent, nowNs: MonoNs): void {
    // The id stands at the venue already: our first send arrived. That confirms, never rejects.
    if (event.reason === RejectReason.DuplicateClientId) {
      this.enter(order, OrderEvent.NoAnswer, event.reason, nowNs)
      this.#parts.listener.onNeedsQuery(order, nowNs)
      return
    }
    // After an accept or a fill a rejection is another request's answer: the venue decides, ask it.
    const wasAlive = this.#orders.acceptedNs(order) > 0 || this.#orders.cumQtyUnits(order) > 0
    const state = this.#state(order)
    if ((wasAlive && !isTerminal(state)) || isWorking(state)) {
      this.#parts.listener.onAnomaly('reject_after_accept', order, event.venueText, nowNs)
      this.#parts.listener.onNeedsQuery(order, nowNs)
      return
    }
    this.enter(order, OrderEvent.Reject, event.reason, nowNs)
  }

  /** Silence about the place of an order that is on the book is no news; nor during an amend. */
  #applyNoAnswer(order: number, kind: VenueEventKind, nowNs: MonoNs): void {
    const state = this.#state(order)
    const isAmending = state === OrderState.PendingAmend
    if (kind === VenueEventKind.PlaceUnknown && (isWorking(state) || isAmending)) return
    if (!isAmending) this.enter(order, OrderEvent.NoAnswer, 0, nowNs)
    this.#askWhileLive(order, nowNs)
  }

  #applyFill(order: number, event: VenueEvent, nowNs: MonoNs): void {
    const orders = this.#orders
    const { listener } = this.#parts
    const isLate = isTerminal(this.#state(order)) && !this.#booking.isAwaited(order)
    if (!this.#booking.book(order, event, nowNs)) return
    this.#hasNews = true
    const filled = orders.filledUnits(order)
    this.#raiseCumQty(order, Math.max(event.cumQtyUnits, filled))
    if (isLate) listener.onAnomaly('late_fill', order, `trade ${event.tradeId}`, nowNs)
    // An adopted order's own quantity may still be unknown (0): a report will say it.
    const qty = orders.qtyUnits(order)
    if (qty > 0 && filled > qty) {
      listener.onAnomaly('order_overfilled', order, `trade ${event.tradeId}`, nowNs)
    }
    this.enter(order, this.#fillEvent(order), 0, nowNs)
  }

  #fillEvent(order: number): OrderEvent {
    const qty = this.#orders.qtyUnits(order)
    const isLast = qty > 0 && this.#orders.filledUnits(order) >= qty
    return isLast ? OrderEvent.FillLast : OrderEvent.FillPart
  }

  /** The terms are the venue's; an order that has already filled as much is done. */
  #applyAmended(order: number, event: VenueEvent, answer: OrderEvent, nowNs: MonoNs): void {
    const orders = this.#orders
    this.#takeTerms(order, event)
    this.#raiseCumQty(order, event.cumQtyUnits)
    const isAwaited = this.#state(order) === OrderState.PendingAmend
    this.enter(order, isAwaited ? answer : OrderEvent.FoundOpen, 0, nowNs)
    const isFilled = orders.filledUnits(order) >= orders.qtyUnits(order)
    if (isFilled) this.enter(order, OrderEvent.FillLast, 0, nowNs)
    this.#askForOwed(order, nowNs)
  }

  #applyDone(order: number, done: OrderEvent, cumQty: number, nowNs: MonoNs): void {
    this.#raiseCumQty(order, cumQty)
    this.enter(order, done, 0, nowNs)
    // A final word without a final count proves the end, not how much was filled before it.
    if (cumQty < 0) this.#parts.listener.onNeedsQuery(order, nowNs)
  }

  /**
   * Only the venue's word that the order is open brings it back. After any other refusal it stays
   * pending_cancel, and the ladder asks before it cancels again: refusals never chase each other.
   */
  #applyCancelRejected(order: number, event: VenueEvent, nowNs: MonoNs): void {
    if (isTerminal(this.#state(order))) return
    if (event.reason !== RejectReason.StillOpen) {
      this.#parts.listener.onNeedsQuery(order, nowNs)
      return
    }
    if (this.#state(order) === OrderState.PendingCancel) {
      this.enter(order, OrderEvent.CancelRefused, event.reason, nowNs)
    }
  }

  #applyReportedDone(order: number, event: VenueEvent, nowNs: MonoNs): void {
    switch (event.terminal) {
      case Terminal.Filled:
        this.enter(order, OrderEvent.FillLast, 0, nowNs)
        return
      case Terminal.Cancelled:
        this.enter(order, OrderEvent.Cancel, 0, nowNs)
        return
      case Terminal.Expired:
        this.enter(order, OrderEvent.Expire, 0, nowNs)
        return
      case Terminal.Rejected:
        this.enter(order, OrderEvent.Reject, RejectReason.Other, nowNs)
    }
  }

  /** By our id, else by the venue's; an unknown id of our instance is adopted; −1 = not ours. */
  #resolve(event: VenueEvent, nowNs: MonoNs): number {
    const { clientIdHi, clientIdLo } = event
    if (clientIdHi !== 0 || clientIdLo !== 0) {
      const known = this.#orders.find(clientIdHi, clientIdLo)
      return known === -1 ? this.#adopt(event, nowNs) : known
    }
    if (event.venueOrderId === '') return -1
    return this.#orders.findByVenueOrderId(event.account, event.instrument, event.venueOrderId)
  }

  #adopt(event: VenueEvent, nowNs: MonoNs): number {
    const provesExistence =
      event.kind === VenueEventKind.Fill ||
      event.kind === VenueEventKind.ReportedOpen ||
      event.kind === VenueEventKind.ReportedDone ||
      event.kind === VenueEventKind.Accepted
    if (!provesExistence || event.instrument < 0) return -1
    const parts = clientIdParts(event.clientIdHi, event.clientIdLo)
    if (parts.instance !== this.#parts.instance) return -1
    const orders = this.#orders
    const order = orders.take(event.clientIdHi, event.clientIdLo)
    if (order === -1) {
      this.#parts.listener.onAnomaly('orders_full', -1, event.venueOrderId, nowNs)
      return -1
    }
    orders.setTask(order, this.#parts.taskOf(parts.task, parts.incarnation))
    orders.setAccount(order, event.account)
    orders.setInstrument(order, event.instrument)
    orders.setSide(order, event.side)
    orders.setQtyUnits(order, 0)
    orders.setPriceUnits(order, 0)
    orders.setCreatedNs(order, nowNs)
    orders.setSentNs(order, nowNs)
    const booked = this.#parts.fills.qtyOfOrder(event.clientIdHi, event.clientIdLo)
    orders.setFilledUnits(order, booked)
    orders.setCumQtyUnits(order, booked)
    this.#learnFacts(order, event)
    this.#parts.listener.onAdopted(order, nowNs)
    this.enter(order, OrderEvent.NoAnswer, 0, nowNs)
    if (orders.qtyUnits(order) === 0) this.#parts.listener.onNeedsQuery(order, nowNs)
    return order
  }

  /**
   * Reports carry the order's counts, its price and its quantity. The latter are news to an adopted
   * row and after an amend that nobody answered; while that may be under way they prove nothing.
   */
  #learnFacts(order: number, event: VenueEvent): void {
    const isReport =
      event.kind === VenueEventKind.ReportedOpen || event.kind === VenueEventKind.ReportedDone
    if (!isReport) return
    const orders = this.#orders
    this.#raiseCumQty(order, event.cumQtyUnits)
    if (event.cumNotionalUnits >= 0 && event.cumQtyUnits === orders.cumQtyUnits(order)) {
      if (owedUnits(orders, order) > 0) this.#booking.told(order, event.cumNotionalUnits)
    }
    const isAdopted = orders.qtyUnits(order) === 0
    if (isAdopted) orders.setSide(order, event.side)
    if (this.#state(order) !== OrderState.PendingAmend) this.#takeTerms(order, event)
  }

  #takeTerms(order: number, event: VenueEvent): void {
    const orders = this.#orders
    if (event.qtyUnits > 0 && event.qtyUnits !== orders.qtyUnits(order)) {
      orders.setQtyUnits(order, event.qtyUnits)
      this.#hasNews = true
    }
    if (event.priceUnits > 0 && event.priceUnits !== orders.priceUnits(order)) {
      orders.setPriceUnits(order, event.priceUnits)
      this.#hasNews = true
    }
  }

  #askWhileLive(order: number, nowNs: MonoNs): void {
    if (!isTerminal(this.#state(order))) this.#parts.listener.onNeedsQuery(order, nowNs)
  }

  #askForOwed(order: number, nowNs: MonoNs): void {
    if (owedUnits(this.#orders, order) > 0) this.#parts.listener.onOwedFills(order, nowNs)
  }

  #raiseCumQty(order: number, cumQty: number): void {
    if (cumQty <= this.#orders.cumQtyUnits(order)) return
    this.#orders.setCumQtyUnits(order, cumQty)
    this.#hasNews = true
  }

  #settleOrRelink(order: number, nowNs: MonoNs): void {
    const { live, listener } = this.#parts
    if (isSettled(this.#orders, order)) {
      live.remove(order)
      this.#booking.settled(order)
      return
    }
    live.add(order)
    if (isTerminal(this.#state(order))) listener.onOwedFills(order, nowNs)
  }

  #state(order: number): OrderState {
    return this.#orders.state(order)
  }
}
