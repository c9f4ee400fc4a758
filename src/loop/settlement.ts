// The ladder for orders whose fate nobody has proved. It asks, waits and asks again; it never
// concludes from silence.
//
//   1  query by client id                              a row settles it
//   2  "not found": wait, query again                  proves nothing while the order is young
//   3  old enough and still not found: the history     a complete listing without it proves absence
//      listing of the instrument since it was sent
//   4  nothing proves anything: alarm, keep asking slowly
//
// A cancel that is not answered is asked again, at a doubling pace; fills that the venue has
// announced and not shown are fetched by trade listing.
import { assert } from '#core/assert.ts'
import type { NoticeSink } from '#core/notice.ts'
import { Outcome } from '#core/outcome.ts'
import type { TimerTarget, TimerWheel } from '#core/timer-wheel.ts'
import { monoNs, NS_PER_MS, NS_PER_S, NS_PER_US, US_PER_S, type MonoNs } from '#core/units.ts'
import { clientIdText } from '#order/client-order-id.ts'
import { CancelCause } from '#order/intent.ts'
import { isSettled, ORPHAN_TASK, owedUnits, type LiveOrders } from '#order/live-orders.ts'
import { isTerminal, isUndecided, OrderEvent, OrderState } from '#order/order-state.ts'
import type { OrderTable } from '#order/order-table.ts'
import type { OrderTruth } from '#order/order-truth.ts'
import type { VenueAccount } from '#venue/venue.ts'
import type { ListingOwner, ListingTokens } from './listing-tokens.ts'

const WAIT_FIRST_NS = 100 * NS_PER_MS
const WAIT_MAX_NS = 5 * NS_PER_S
/** Announced fills usually follow on the private stream: ask only when they do not. */
const OWED_FILLS_GRACE_NS = 250 * NS_PER_MS
/** No private event names an order of another program by our id: a live one is asked for. */
const FOREIGN_LOOK_NS = NS_PER_S
/** Beyond the order window: the venue's reads may lag its matching engine by seconds. */
const ABSENCE_MARGIN_NS = 2 * NS_PER_S
const NOT_FOUND_MIN = 2
const ALARM_AFTER_ATTEMPTS = 8
/** Listings start this long before the order was made, for clocks that disagree. */
const LISTING_MARGIN_US = 10 * US_PER_S

const Question = { Order: 0, History: 1, Fills: 2 } as const
type Question = (typeof Question)[keyof typeof Question]

interface Case {
  readonly order: number
  attempts: number
  notFound: number
  isAsking: boolean
  isArmed: boolean
}

export interface SettlementParts {
  readonly orders: OrderTable
  readonly live: LiveOrders
  readonly timers: TimerWheel
  readonly tokens: ListingTokens
  readonly notices: NoticeSink
  accountOf(order: number): VenueAccount
  readonly instruments: { readonly count: number }
  /** loop/order-sender: asks again for a cancel. */
  cancel(order: number, cause: number, nowNs: MonoNs): boolean
}

export class Settlement implements TimerTarget, ListingOwner {
  readonly #parts: SettlementParts
  readonly #cases = new Map<number, Case>()
  readonly #questions = new Map<number, { readonly order: number; readonly what: Question }>()
  #truth: OrderTruth | null = null

  constructor(parts: SettlementParts) {
    this.#parts = parts
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
    if (!at.isAsking && !at.isArmed) this.#arm(at, nowNs, 0)
  }

  owedFills(order: number, nowNs: MonoNs): void {
    const at = this.#caseOf(order)
    if (!at.isAsking && !at.isArmed) this.#arm(at, nowNs, OWED_FILLS_GRACE_NS)
  }

  /** After a reconciliation: whatever it left undecided is asked for until it is settled. */
  askUndecided(account: number, nowNs: MonoNs): void {
    const { orders, live, instruments } = this.#parts
    for (let instrument = 0; instrument < instruments.count; instrument++) {
      let order = live.firstOfInstrument(instrument)
      for (; order !== -1; order = live.nextOfInstrument(order)) {
        const isOurs = orders.account(order) === account
        const isOpenEnded = isUndecided(orders.state(order))
        if (isOurs && isOpenEnded) this.needsQuery(order, nowNs)
      }
    }
  }

  /** A query said the venue does not know the id. */
  notFound(clientIdHi: number, clientIdLo: number): void {
    const order = this.#parts.orders.find(clientIdHi, clientIdLo)
    const at = this.#cases.get(order)
    if (at !== undefined) at.notFound++
  }

  onTimer(order: number, nowNs: MonoNs): void {
    const at = this.#cases.get(order)
    if (at === undefined) return
    at.isArmed = false
    this.#proceed(at, nowNs)
  }

  onListingEnd(token: number, complete: boolean, nowNs: MonoNs): void {
    const question = this.#questions.get(token)
    assert(question !== undefined, 'a listing that the ladder asked for')
    this.#questions.delete(token)
    const at = this.#cases.get(question.order)
    if (at === undefined) return
    at.isAsking = false
    if (question.what === Question.History && complete) this.#concludeAbsence(at, nowNs)
    if (this.#isDone(at)) this.#cases.delete(at.order)
    else this.#arm(at, nowNs, this.#waitNs(at))
  }

  /** Takes the next rung. */
  #proceed(at: Case, nowNs: MonoNs): void {
    if (this.#isDone(at)) {
      this.#cases.delete(at.order)
      return
    }
    const { orders } = this.#parts
    const { order } = at
    const account = this.#parts.accountOf(order)
    at.attempts++
    if (at.attempts === ALARM_AFTER_ATTEMPTS) this.#alarm(order, nowNs)
    if (!account.isUp) return this.#arm(at, nowNs, this.#waitNs(at))
    const state = orders.state(order)
    const isAskedAgain = state === OrderState.PendingCancel && at.attempts > 1
    if (isAskedAgain || this.#isOpenOrphan(order)) {
      this.#parts.cancel(order, CancelCause.Cancel, nowNs)
    }
    const what = this.#nextQuestion(at, nowNs)
    const outcome = this.#ask(what, at, account, nowNs)
    if (outcome !== Outcome.Ok) this.#arm(at, nowNs, this.#waitNs(at))
  }

  #nextQuestion(at: Case, nowNs: MonoNs): Question {
    const { orders } = this.#parts
    const isLive = !isTerminal(orders.state(at.order))
    if (!isLive || owedUnits(orders, at.order) > 0) return Question.Fills
    const account = this.#parts.accountOf(at.order)
    const ageNs = nowNs - orders.createdNs(at.order)
    const isOldEnough = ageNs > account.orderWindowNs + ABSENCE_MARGIN_NS
    // H22: while another program's order is not found nothing is concluded and nothing placed.
    const isOurs = !orders.isForeign(at.order)
    const isLost = isOurs && isOldEnough && at.notFound >= NOT_FOUND_MIN
    return isLost ? Question.History : Question.Order
  }

  #ask(what: Question, at: Case, account: VenueAccount, nowNs: MonoNs): Outcome {
    const { orders, tokens } = this.#parts
    const token = tokens.issue(this)
    this.#questions.set(token, { order: at.order, what })
    const instrument = orders.instrument(at.order)
    const sinceUs = this.#sinceUs(at.order, account)
    let outcome: Outcome = Outcome.Ok
    if (what === Question.Order) outcome = account.requestOrder(at.order, token, nowNs)
    else if (what === Question.History) {
      outcome = account.requestOrderHistory(instrument, sinceUs, token, nowNs)
    } else outcome = account.requestFills(instrument, '', sinceUs, token, nowNs)
    if (outcome === Outcome.Ok) {
      at.isAsking = true
    } else {
      tokens.withdraw(token)
      this.#questions.delete(token)
    }
    return outcome
  }

  /** Venue time before which the order cannot have existed; 0 for one that is not ours. */
  #sinceUs(order: number, account: VenueAccount): number {
    const { orders } = this.#parts
    if (orders.isForeign(order)) return 0
    const createdUs = account.venueOffsetUs + orders.createdNs(order) / NS_PER_US
    return Math.max(0, Math.floor(createdUs - LISTING_MARGIN_US))
  }

  /** The complete history since before the order was made does not show it: it never was. */
  #concludeAbsence(at: Case, nowNs: MonoNs): void {
    const { orders } = this.#parts
    const state = orders.state(at.order)
    const isUndecidedPlace = state === OrderState.Unknown || state === OrderState.PendingCancel
    const wasNeverSeen = orders.venueOrderId(at.order) === '' && orders.filledUnits(at.order) === 0
    if (!isUndecidedPlace || !wasNeverSeen) return
    assert(this.#truth !== null, 'the ladder is bound before it asks')
    this.#truth.enter(at.order, OrderEvent.ProvenAbsent, 0, nowNs)
  }

  #isDone(at: Case): boolean {
    const { orders, live } = this.#parts
    if (!live.has(at.order) || isSettled(orders, at.order)) return true
    if (this.#isOpenOrphan(at.order) || orders.isForeign(at.order)) return false
    if (owedUnits(orders, at.order) > 0) return false
    const state = orders.state(at.order)
    return !isTerminal(state) && !isUndecided(state) && orders.qtyUnits(at.order) > 0
  }

  /** Ours by its id, and no task to own it: it is taken back. */
  #isOpenOrphan(order: number): boolean {
    const state = this.#parts.orders.state(order)
    return this.#parts.orders.task(order) === ORPHAN_TASK && !isTerminal(state)
  }

  #alarm(order: number, nowNs: MonoNs): void {
    const { orders, notices } = this.#parts
    const foreignId = orders.foreignId(order)
    const ownId = clientIdText(orders.clientIdHi(order), orders.clientIdLo(order))
    const id = foreignId === '' ? ownId : foreignId
    notices.notice(
      'alarm',
      'order_unsettled',
      `order ${id}: no venue answer decides its fate yet; still asking, it counts as live`,
      nowNs,
    )
  }

  #waitNs(at: Case): number {
    if (this.#parts.orders.isForeign(at.order)) return FOREIGN_LOOK_NS
    return Math.min(WAIT_FIRST_NS * 2 ** Math.min(at.attempts, 10), WAIT_MAX_NS)
  }

  #arm(at: Case, nowNs: MonoNs, waitNs: number): void {
    at.isArmed = true
    this.#parts.timers.arm(this, at.order, monoNs(nowNs + waitNs))
  }

  #caseOf(order: number): Case {
    const known = this.#cases.get(order)
    if (known !== undefined) return known
    const fresh: Case = { order, attempts: 0, notFound: 0, isAsking: false, isArmed: false }
    this.#cases.set(order, fresh)
    return fresh
  }
}
