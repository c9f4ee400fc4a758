// What is true of our orders: the only writer of order states and fills.
//
// Venue events arrive late, twice, out of order and from three sources. Each is looked up, turned
// into an event of the order's table, and applied; fills are keyed by trade id, cumulative
// quantities only grow, an outcome nobody proved stays Unknown. It sends nothing and asks nothing:
// what has to be asked is told to the listener.
import { priceUnits, qtyUnits, type MonoNs } from '#core/units.ts'
import { clientIdParts } from './client-order-id.ts'
import type { FillLedger, Fill } from './fill-ledger.ts'
import { isSettled, owedUnits, type LiveOrders } from './live-orders.ts'
import { RejectReason } from './order-codes.ts'
import { isTerminal, OrderEvent, OrderState, orderTransitions } from './order-state.ts'
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
  /** This event taught something besides the state: a venue id, an accept time, a quantity. */
  #hasNews = false

  constructor(parts: OrderTruthParts) {
    this.#parts = parts
    this.#orders = parts.orders
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
    orders.setState(order, next as OrderState)
    if (next === OrderState.Rejected && reason !== 0) orders.setRejectReason(order, reason)
    // Reply, stream and listing repeat each other: what changes nothing is told to nobody.
    const isRepeat = next === before && !this.#hasNews && event !== OrderEvent.CancelSend
    if (isRepeat) return true
    this.#parts.listener.onOrderChanged(order, event, reason, nowNs)
    this.#settleOrRelink(order, nowNs)
    return true
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
        this.enter(order, OrderEvent.NoAnswer, 0, nowNs)
        if (!isTerminal(this.#state(order))) this.#parts.listener.onNeedsQuery(order, nowNs)
        return
      case VenueEventKind.Fill:
        return this.#applyFill(order, event, nowNs)
      case VenueEventKind.Cancelled:
        return this.#applyDone(order, OrderEvent.Cancel, event.cumQtyUnits, nowNs)
      case VenueEventKind.Expired:
        return this.#applyDone(order, OrderEvent.Expire, event.cumQtyUnits, nowNs)
      case VenueEventKind.CancelRejected:
        return this.#applyCancelRejected(order, event, nowNs)
      case VenueEventKind.ReportedOpen:
        this.#learnFacts(order, event)
        this.#raiseCumQty(order, event.cumQtyUnits)
        this.enter(order, OrderEvent.FoundOpen, 0, nowNs)
        if (owedUnits(this.#orders, order) > 0) this.#parts.listener.onOwedFills(order, nowNs)
        return
      case VenueEventKind.ReportedDone:
        return this.#applyReportedDone(order, event, nowNs)
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
    const state = this.#state(order)
    if (state === OrderState.Open || state === OrderState.PartiallyFilled) {
      this.#parts.listener.onAnomaly('reject_after_accept', order, event.venueText, nowNs)
      this.#parts.listener.onNeedsQuery(order, nowNs)
      return
    }
    this.enter(order, OrderEvent.Reject, event.reason, nowNs)
  }

  #applyFill(order: number, event: VenueEvent, nowNs: MonoNs): void {
    const orders = this.#orders
    const fill: Fill = {
      order,
      clientIdHi: orders.clientIdHi(order),
      clientIdLo: orders.clientIdLo(order),
      task: orders.task(order),
      account: event.account,
      instrument: orders.instrument(order),
      side: orders.side(order),
      priceUnits: priceUnits(event.priceUnits),
      qtyUnits: qtyUnits(event.qtyUnits),
      tradeId: event.tradeId,
      fee: event.fee,
      feeAsset: event.feeAsset,
      isMaker: event.isMaker,
      venueTimeUs: event.venueTimeUs,
    }
    if (!this.#parts.fills.book(fill)) return
    const wasTerminal = isTerminal(this.#state(order))
    const wasOwed = orders.cumQtyUnits(order) > orders.filledUnits(order)
    const filled = orders.filledUnits(order) + fill.qtyUnits
    orders.setFilledUnits(order, filled)
    this.#hasNews = true
    this.#raiseCumQty(order, Math.max(event.cumQtyUnits, filled))
    this.#parts.positions.bookFill(fill.account, fill.instrument, fill.side, fill.qtyUnits)
    this.#parts.listener.onFill(fill, nowNs)
    if (wasTerminal && !wasOwed) {
      this.#parts.listener.onAnomaly('late_fill', order, `trade ${fill.tradeId}`, nowNs)
    }
    // An adopted order's own quantity may still be unknown (0): a report will say it.
    const qty = orders.qtyUnits(order)
    if (qty > 0 && filled > qty) {
      this.#parts.listener.onAnomaly('order_overfilled', order, `trade ${fill.tradeId}`, nowNs)
    }
    const isLast = qty > 0 && filled >= qty
    this.enter(order, isLast ? OrderEvent.FillLast : OrderEvent.FillPart, 0, nowNs)
  }

  #applyDone(order: number, done: OrderEvent, cumQty: number, nowNs: MonoNs): void {
    this.#raiseCumQty(order, cumQty)
    this.enter(order, done, 0, nowNs)
    // A final word without a final count proves the end, not how much was filled before it.
    if (cumQty < 0) this.#parts.listener.onNeedsQuery(order, nowNs)
  }

  #applyCancelRejected(order: number, event: VenueEvent, nowNs: MonoNs): void {
    if (isTerminal(this.#state(order))) return
    if (event.reason === RejectReason.UnknownOrder || event.reason === RejectReason.Other) {
      // Gone or not there yet: only a query tells. The order stays pending_cancel meanwhile.
      this.#parts.listener.onNeedsQuery(order, nowNs)
      return
    }
    if (this.#state(order) === OrderState.PendingCancel) {
      this.enter(order, OrderEvent.CancelRefused, event.reason, nowNs)
    }
  }

  #applyReportedDone(order: number, event: VenueEvent, nowNs: MonoNs): void {
    this.#learnFacts(order, event)
    this.#raiseCumQty(order, event.cumQtyUnits)
    if (isTerminal(this.#state(order)) && this.#state(order) !== OrderState.Rejected) {
      this.#settleOrRelink(order, nowNs)
      return
    }
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

  /** Reports carry the order's own price and quantity; an adopted row learns them from one. */
  #learnFacts(order: number, event: VenueEvent): void {
    const isReport =
      event.kind === VenueEventKind.ReportedOpen || event.kind === VenueEventKind.ReportedDone
    if (!isReport || this.#orders.qtyUnits(order) !== 0) return
    this.#orders.setSide(order, event.side)
    this.#orders.setPriceUnits(order, event.priceUnits)
    this.#orders.setQtyUnits(order, event.qtyUnits)
    this.#hasNews = true
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
      return
    }
    live.add(order)
    if (isTerminal(this.#state(order))) listener.onOwedFills(order, nowNs)
  }

  #state(order: number): OrderState {
    return this.#orders.state(order)
  }
}
