// The ladder for orders whose fate nobody has proved. It asks, waits and asks again; it never
// concludes from silence.
//
//   1  query by client id                              a row settles it
//   2  "not found": wait, query again                  proves nothing while the order is young
//   3  old enough and still not found: the history     a complete listing without it proves absence
//      listing of the instrument since it was sent
//   4  nothing proves anything: alarm, keep asking slowly; a person may settle it by hand
//
// A cancel is sent again only after the venue has said that the order is still open, at a doubling
// pace and not for ever. Fills that the venue has announced and not shown are fetched by trade
// listing; when several whole listings do not show them, the count is booked provisionally.
import { assert } from '#core/assert.ts'
import type { EngineError } from '#core/engine-error.ts'
import type { NoticeLevel, NoticeSink } from '#core/notice.ts'
import { Outcome } from '#core/outcome.ts'
import { NO_TIMER, type TimerTarget, type TimerWheel } from '#core/timer-wheel.ts'
import { monoNs, NEVER_NS, NS_PER_MS, NS_PER_S, NS_PER_US, US_PER_S } from '#core/units.ts'
import type { MonoNs } from '#core/units.ts'
import { clientIdText } from '#order/client-order-id.ts'
import { CancelCause } from '#order/intent.ts'
import { isSettled, ORPHAN_TASK, owedUnits, type LiveOrders } from '#order/live-orders.ts'
import type { OperatorSettlement } from '#order/operator-verdict.ts'
import {
  isTerminal,
  isUndecided,
  isWorking,
  ORDER_STATE_NAMES,
  OrderEvent,
  OrderState,
} from '#order/order-state.ts'
import type { OrderTable } from '#order/order-table.ts'
import type { OrderTruth } from '#order/order-truth.ts'
import type { VenueAccount } from '#venue/venue.ts'
import { findOrder } from './find-order.ts'
import { HandSettlement, type UnsettledOrder, type VerdictJournal } from './hand-settlement.ts'
import type { ListingOwner, ListingTokens } from './listing-tokens.ts'
import { ALARM_AFTER_ATTEMPTS, NO_QUESTION, Question, SettlementCase } from './settlement-case.ts'

/** Announced fills usually follow on the private stream: ask only when they do not. */
const OWED_FILLS_GRACE_NS = 250 * NS_PER_MS
/** No private event names an order of another program by our id: a live one is asked for. */
const FOREIGN_LOOK_NS = NS_PER_S
/** Trades that something stands in for may still be listed one day. */
const TRADES_LOOK_NS = 60 * NS_PER_S
/** Beyond the order window: the venue's reads may lag its matching engine by seconds. */
const ABSENCE_MARGIN_NS = 2 * NS_PER_S
const NOT_FOUND_MIN = 2
/** Cancels of one order in one session: then something is wrong that asking does not heal. */
const CANCELS_MAX = 12
/** Whole trade listings in vain before the venue's count is booked without its trades. */
const FRUITLESS_LISTINGS_MAX = 6
/** Listings start this long before the order was made, for clocks that disagree. */
const LISTING_MARGIN_US = 10 * US_PER_S

export interface SettlementParts {
  readonly orders: OrderTable
  readonly live: LiveOrders
  readonly timers: TimerWheel
  readonly tokens: ListingTokens
  readonly notices: NoticeSink
  readonly journal: VerdictJournal
  accountOf(order: number): VenueAccount
  readonly instruments: { readonly count: number }
  /** loop/order-sender: asks again for a cancel. */
  cancel(order: number, cause: number, nowNs: MonoNs): boolean
}

export class Settlement implements TimerTarget, ListingOwner {
  readonly #parts: SettlementParts
  readonly #cases = new Map<number, SettlementCase>()
  readonly #orderOfToken = new Map<number, number>()
  readonly #byHand: HandSettlement
  #truth: OrderTruth | null = null

  constructor(parts: SettlementParts) {
    this.#parts = parts
    this.#byHand = new HandSettlement(parts, (order, nowNs) => this.#isYoung(order, nowNs))
  }

  /** Order truth and ladder know each other; the engine introduces them. */
  bind(truth: OrderTruth): void {
    this.#truth = truth
  }

  /** Orders whose fate is being asked for. */
  get openCount(): number {
    return this.#cases.size
  }

  /** The order's fate must be asked for. */
  needsQuery(order: number, nowNs: MonoNs): void {
    const at = this.#caseOf(order)
    at.mustAsk = true
    if (!at.isUnderWay) this.#arm(at, nowNs, 0)
  }

  owedFills(order: number, nowNs: MonoNs): void {
    const at = this.#caseOf(order)
    if (!at.isUnderWay) this.#arm(at, nowNs, OWED_FILLS_GRACE_NS)
  }

  /** A listing that should have shown the order does not: that proves nothing, its id is asked. */
  doubt(order: number, nowNs: MonoNs): void {
    const at = this.#caseOf(order)
    at.mustAsk = true
    at.isDoubted = true
    this.owedFills(order, nowNs)
  }

  /** After a reconciliation: whatever it left open is asked for until it is settled. */
  askUndecided(account: number, nowNs: MonoNs): void {
    const { orders, live, instruments } = this.#parts
    for (let instrument = 0; instrument < instruments.count; instrument++) {
      let order = live.firstOfInstrument(instrument)
      for (; order !== -1; order = live.nextOfInstrument(order)) {
        if (orders.account(order) !== account) continue
        if (isUndecided(orders.state(order))) this.#askAnew(order, nowNs, 0)
        else if (owedUnits(orders, order) > 0) this.#askAnew(order, nowNs, OWED_FILLS_GRACE_NS)
      }
    }
  }

  /** A query said the venue does not know the id. */
  notFound(clientIdHi: number, clientIdLo: number): void {
    const at = this.#cases.get(this.#parts.orders.find(clientIdHi, clientIdLo))
    if (at === undefined) return
    at.notFound++
    at.isAbsent = true
  }

  /** A person says what became of an order. Null when done, and in the journal. */
  settleByHand(settlement: OperatorSettlement, nowNs: MonoNs): EngineError | null {
    assert(this.#truth !== null, 'the ladder is bound before anybody settles')
    const refusal = this.#byHand.settle(settlement, this.#truth, nowNs)
    const order = findOrder(this.#parts, settlement.orderId)
    if (order >= 0 && this.#truth.isProvisional(order)) this.owedFills(order, nowNs)
    return refusal
  }

  /** Orders whose fate is open now: undecided, or over with fills owed. */
  unsettled(nowNs: MonoNs): readonly UnsettledOrder[] {
    return this.#byHand.list((order) => this.#cases.get(order)?.attempts ?? 0, nowNs)
  }

  onTimer(order: number, nowNs: MonoNs): void {
    const at = this.#cases.get(order)
    if (at === undefined) return
    at.timer = NO_TIMER
    this.#proceed(at, nowNs)
  }

  onListingEnd(token: number, complete: boolean, nowNs: MonoNs): void {
    const order = this.#orderOfToken.get(token)
    assert(order !== undefined, 'a listing that the ladder asked for')
    this.#orderOfToken.delete(token)
    const at = this.#cases.get(order)
    // A question of an earlier session: the case has been taken up anew.
    if (at === undefined || at.token !== token) return
    at.token = NO_QUESTION
    if (complete) this.#learn(at, nowNs)
    if (this.#isDone(at)) this.#close(at, nowNs)
    else this.#arm(at, nowNs, this.#waitNs(at))
  }

  /** Takes the next rung. */
  #proceed(at: SettlementCase, nowNs: MonoNs): void {
    if (this.#isDone(at)) return this.#close(at, nowNs)
    const account = this.#parts.accountOf(at.order)
    at.attempts++
    if (at.attempts >= ALARM_AFTER_ATTEMPTS) this.#alarm(at, nowNs)
    this.#outwaitAmend(at, account, nowNs)
    if (!account.isUp) return this.#arm(at, nowNs, this.#waitNs(at))
    if (this.#mayCancel(at)) {
      at.cancels++
      at.isOpenStill = false
      this.#parts.cancel(at.order, CancelCause.Cancel, nowNs)
    }
    const outcome = this.#ask(this.#nextQuestion(at, nowNs), at, account, nowNs)
    if (outcome !== Outcome.Ok) this.#arm(at, nowNs, this.#waitNs(at))
  }

  /** An amend may be carried out as long as its window is open; then a report tells the terms. */
  #outwaitAmend(at: SettlementCase, account: VenueAccount, nowNs: MonoNs): void {
    const isAmending = this.#parts.orders.state(at.order) === OrderState.PendingAmend
    at.amendingNs = isAmending ? Math.min(at.amendingNs, nowNs) : NEVER_NS
    if (!isAmending || nowNs - at.amendingNs <= account.orderWindowNs) return
    this.#truthOf().enter(at.order, OrderEvent.NoAnswer, 0, nowNs)
  }

  /** Once for an order that nobody owns; again only when the venue says that it is still open. */
  #mayCancel(at: SettlementCase): boolean {
    if (at.cancels >= CANCELS_MAX) return false
    const isPending = this.#parts.orders.state(at.order) === OrderState.PendingCancel
    if (isPending) return at.isOpenStill
    return this.#isOpenOrphan(at.order) && (at.cancels === 0 || at.isOpenStill)
  }

  #nextQuestion(at: SettlementCase, nowNs: MonoNs): Question {
    const { orders } = this.#parts
    if (at.mustAsk) return Question.Order
    const isLive = !isTerminal(orders.state(at.order))
    const lacksTrades = owedUnits(orders, at.order) > 0 || this.#truthOf().isProvisional(at.order)
    if (!isLive || lacksTrades) return Question.Fills
    // H22: while another program's order is not found nothing is concluded and nothing placed.
    const isOurs = !orders.isForeign(at.order)
    const isOldEnough = !this.#isYoung(at.order, nowNs)
    // One that the venue has named was there: no listing can prove the contrary.
    const wasNamed = orders.venueOrderId(at.order) !== ''
    const isLost = isOurs && !wasNamed && isOldEnough && at.notFound >= NOT_FOUND_MIN
    return isLost ? Question.History : Question.Order
  }

  /** The venue may still act on what was sent, or not yet show it. */
  #isYoung(order: number, nowNs: MonoNs): boolean {
    const ageNs = nowNs - this.#parts.orders.createdNs(order)
    return ageNs <= this.#parts.accountOf(order).orderWindowNs + ABSENCE_MARGIN_NS
  }

  #ask(what: Question, at: SettlementCase, account: VenueAccount, nowNs: MonoNs): Outcome {
    const { orders, tokens } = this.#parts
    const { order } = at
    const token = tokens.issue(this)
    const instrument = orders.instrument(order)
    const sinceUs = this.#sinceUs(order, account)
    at.isAbsent = false
    let outcome: Outcome = Outcome.Ok
    if (what === Question.Order) outcome = account.requestOrder(order, token, nowNs)
    else if (what === Question.History) {
      outcome = account.requestOrderHistory(instrument, sinceUs, token, nowNs)
    } else if (orders.venueOrderId(order) !== '') {
      outcome = account.requestOrderFills(order, token, nowNs)
    } else outcome = account.requestFills(instrument, '', sinceUs, token, nowNs)
    if (outcome !== Outcome.Ok) {
      tokens.withdraw(token)
      return outcome
    }
    at.token = token
    at.what = what
    this.#orderOfToken.set(token, order)
    return outcome
  }

  /** Venue time before which the order cannot have existed; 0 for one that is not ours. */
  #sinceUs(order: number, account: VenueAccount): number {
    const { orders } = this.#parts
    if (orders.isForeign(order)) return 0
    const createdUs = account.venueOffsetUs + orders.createdNs(order) / NS_PER_US
    return Math.max(0, Math.floor(createdUs - LISTING_MARGIN_US))
  }

  /** The question that was out has been answered whole; its rows have been applied. */
  #learn(at: SettlementCase, nowNs: MonoNs): void {
    if (at.what === Question.Order) this.#learnOfOrder(at, nowNs)
    else if (at.what === Question.History) this.#concludeAbsence(at, nowNs)
    else this.#learnOfFills(at, nowNs)
  }

  #learnOfOrder(at: SettlementCase, nowNs: MonoNs): void {
    const { orders } = this.#parts
    const state = orders.state(at.order)
    at.mustAsk = false
    if (!at.isAbsent) at.notFound = 0
    at.isOpenStill = !at.isAbsent && !isTerminal(state)
    // Another program's order says nothing by itself: that it is still there is all there is.
    if (orders.isForeign(at.order) && isWorking(state)) at.attempts = 0
    if (!at.isDoubted) return
    at.isDoubted = false
    if (isTerminal(state)) {
      const text = `${ORDER_STATE_NAMES[state]} at the venue, and no event had told us`
      this.#say('warn', 'order_event_missed', at.order, text, nowNs)
    } else if (at.isAbsent && isWorking(state)) {
      this.#truthOf().enter(at.order, OrderEvent.NoAnswer, 0, nowNs)
    }
  }

  #learnOfFills(at: SettlementCase, nowNs: MonoNs): void {
    const owed = owedUnits(this.#parts.orders, at.order)
    if (owed === 0) return
    at.fruitless++
    if (at.fruitless < FRUITLESS_LISTINGS_MAX) return
    if (!this.#truthOf().inferOwed(at.order, nowNs)) return
    const text = `${owed} units are counted by the venue and in none of its trade listings; booked`
    this.#say('alarm', 'fills_inferred', at.order, text, nowNs)
  }

  /** The complete history since before the order was made does not show it: it never was. */
  #concludeAbsence(at: SettlementCase, nowNs: MonoNs): void {
    const { orders } = this.#parts
    // Where it proves nothing the order is asked for by its id again.
    at.notFound = 0
    const state = orders.state(at.order)
    const isUndecidedPlace = state === OrderState.Unknown || state === OrderState.PendingCancel
    const wasNeverSeen = orders.venueOrderId(at.order) === '' && orders.cumQtyUnits(at.order) === 0
    if (!isUndecidedPlace || !wasNeverSeen) return
    this.#truthOf().enter(at.order, OrderEvent.ProvenAbsent, 0, nowNs)
  }

  #isDone(at: SettlementCase): boolean {
    const { orders, live } = this.#parts
    if (!at.isOf(orders)) return true
    if (at.mustAsk || this.#truthOf().isProvisional(at.order)) return false
    if (!live.has(at.order) || isSettled(orders, at.order)) return true
    if (this.#isOpenOrphan(at.order) || orders.isForeign(at.order)) return false
    if (owedUnits(orders, at.order) > 0) return false
    const state = orders.state(at.order)
    return !isTerminal(state) && !isUndecided(state) && orders.qtyUnits(at.order) > 0
  }

  #close(at: SettlementCase, nowNs: MonoNs): void {
    this.#cases.delete(at.order)
    this.#parts.timers.cancel(at.timer)
    if (!at.isAlarmed || !at.isOf(this.#parts.orders)) return
    const state = ORDER_STATE_NAMES[this.#parts.orders.state(at.order)]
    this.#say('info', 'order_decided', at.order, `${state} by the venue's word`, nowNs)
  }

  /** Ours by its id, and no task to own it: it is taken back. */
  #isOpenOrphan(order: number): boolean {
    const state = this.#parts.orders.state(order)
    return this.#parts.orders.task(order) === ORPHAN_TASK && !isTerminal(state)
  }

  #alarm(at: SettlementCase, nowNs: MonoNs): void {
    if (at.isAlarmed || this.#truthOf().isProvisional(at.order)) return
    at.isAlarmed = true
    const text = 'no venue answer decides its fate yet; still asking, it counts as live'
    this.#say('alarm', 'order_unsettled', at.order, text, nowNs)
  }

  #say(level: NoticeLevel, code: string, order: number, text: string, nowNs: MonoNs): void {
    const { orders, notices } = this.#parts
    const foreignId = orders.foreignId(order)
    const ownId = clientIdText(orders.clientIdHi(order), orders.clientIdLo(order))
    notices.notice(level, code, `order ${foreignId === '' ? ownId : foreignId}: ${text}`, nowNs)
  }

  #waitNs(at: SettlementCase): number {
    if (this.#truthOf().isProvisional(at.order)) return TRADES_LOOK_NS
    return this.#parts.orders.isForeign(at.order) ? FOREIGN_LOOK_NS : at.waitNs
  }

  #arm(at: SettlementCase, nowNs: MonoNs, waitNs: number): void {
    const { timers } = this.#parts
    timers.cancel(at.timer)
    at.timer = timers.arm(this, at.order, monoNs(nowNs + waitNs))
  }

  #askAnew(order: number, nowNs: MonoNs, waitNs: number): void {
    const at = this.#caseOf(order)
    at.startAnew()
    this.#arm(at, nowNs, waitNs)
  }

  #caseOf(order: number): SettlementCase {
    const { orders, timers } = this.#parts
    const known = this.#cases.get(order)
    if (known?.isOf(orders) === true) return known
    if (known !== undefined) timers.cancel(known.timer)
    const fresh = new SettlementCase(orders, order)
    this.#cases.set(order, fresh)
    return fresh
  }

  #truthOf(): OrderTruth {
    assert(this.#truth !== null, 'the ladder is bound before it asks')
    return this.#truth
  }
}
