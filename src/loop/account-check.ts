// Keeps a READY account true: at a slow pace, in the query lane, it holds what the venue lists
// against what we believe.
//
//   open orders   every 30 s, one instrument at a time     balances   every 60 s
//
// A listing without one of our orders proves nothing: the order is asked for by its id, and what
// follows is the ladder's. An order of ours that nobody knew is adopted as its row is read. What
// has changed while the question was out is not compared. When everything agrees, a durable cursor
// says from when on a restart has to list.
import { Outcome } from '#core/outcome.ts'
import type { NoticeSink } from '#core/notice.ts'
import type { Prng } from '#core/prng.ts'
import { NO_TIMER, type TimerHandle } from '#core/timer-wheel.ts'
import type { TimerTarget, TimerWheel } from '#core/timer-wheel.ts'
import { monoNs, NS_PER_MS, NS_PER_S, NS_PER_US, type MonoNs } from '#core/units.ts'
import { clientIdText } from '#order/client-order-id.ts'
import { owedUnits, type LiveOrders } from '#order/live-orders.ts'
import { isTerminal, isUndecided, isWorking } from '#order/order-state.ts'
import type { OrderTable } from '#order/order-table.ts'
import type { VenueAccount } from '#venue/venue.ts'
import type { BalanceCheck } from './balance-check.ts'
import { DifferenceLog } from './difference-log.ts'
import type { ListingOwner, ListingTokens } from './listing-tokens.ts'

const ORDERS_EVERY_NS = 30 * NS_PER_S
const BALANCES_EVERY_NS = 60 * NS_PER_S
/** With many instruments each waits longer, so that the questions never crowd the lane. */
const QUESTION_GAP_MIN_NS = 500 * NS_PER_MS
/** How soon a difference of balances is looked at again. */
const SECOND_LOOK_NS = 5 * NS_PER_S
/** Share by which each wait is longer or shorter, so that engines do not ask in step. */
const JITTER = 0.2
const NO_QUESTION = 0

const Round = { Orders: 0, Balances: 1 } as const
type Round = (typeof Round)[keyof typeof Round]

export interface AccountCheckParts {
  readonly account: VenueAccount
  /** `binance_spot main`, for people. */
  readonly name: string
  readonly orders: OrderTable
  readonly live: LiveOrders
  readonly timers: TimerWheel
  readonly tokens: ListingTokens
  readonly prng: Prng
  readonly notices: NoticeSink
  /** Instruments that the account trades on. */
  readonly instruments: readonly number[]
  readonly balances: Pick<BalanceCheck, 'asked' | 'listed'>
  /** loop/settlement: asks for an order that a listing should have shown. */
  doubt(order: number, nowNs: MonoNs): void
  /** Everything of the instrument up to this venue time is known and agrees. */
  onAgreed(instrument: number, venueUs: number, nowNs: MonoNs): void
}

export class AccountCheck implements ListingOwner, TimerTarget {
  readonly #parts: AccountCheckParts
  readonly #log: DifferenceLog
  #isRunning = false
  readonly #timerOf: TimerHandle[] = [NO_TIMER, NO_TIMER]
  readonly #tokenOf = [NO_QUESTION, NO_QUESTION]
  /** Place in `instruments` of the one that is asked about. */
  #turn = 0
  #askedNs = 0
  readonly #seen = new Set<number>()
  /** Ended by our books, open by the last listing that said so. */
  readonly #revenants = new Set<number>()

  constructor(parts: AccountCheckParts) {
    this.#parts = parts
    this.#log = new DifferenceLog(parts.notices)
  }

  /** The account is READY. */
  start(nowNs: MonoNs): void {
    this.#isRunning = true
    this.#arm(Round.Orders, nowNs, this.#ordersGapNs())
    this.#arm(Round.Balances, nowNs, BALANCES_EVERY_NS)
  }

  /** The session is gone: answers that are under way are not heard. */
  stop(): void {
    this.#isRunning = false
    this.#tokenOf.fill(NO_QUESTION)
    for (const timer of this.#timerOf) this.#parts.timers.cancel(timer)
  }

  /** A row said that this order of ours is open; the row has been applied. */
  reportedOpen(clientIdHi: number, clientIdLo: number): void {
    if (this.#tokenOf[Round.Orders] === NO_QUESTION) return
    const order = this.#parts.orders.find(clientIdHi, clientIdLo)
    if (order >= 0) this.#seen.add(order)
  }

  onTimer(round: number, nowNs: MonoNs): void {
    if (!this.#isRunning) return
    if (round === Round.Orders) this.#askOrders(nowNs)
    else this.#askBalances(nowNs)
  }

  onListingEnd(token: number, complete: boolean, nowNs: MonoNs): void {
    const round = this.#tokenOf.indexOf(token)
    if (round === -1) return
    this.#tokenOf[round] = NO_QUESTION
    if (round === Round.Orders) {
      if (complete) this.#compareOrders(nowNs)
      this.#turn = (this.#turn + 1) % this.#parts.instruments.length
      return this.#arm(Round.Orders, nowNs, this.#ordersGapNs())
    }
    const { balances, instruments } = this.#parts
    const isSuspect = complete && balances.listed(instruments, this.#isNothingOwed(), nowNs)
    this.#arm(Round.Balances, nowNs, isSuspect ? SECOND_LOOK_NS : BALANCES_EVERY_NS)
  }

  #askOrders(nowNs: MonoNs): void {
    const { account, instruments } = this.#parts
    const instrument = instruments[this.#turn]
    if (instrument === undefined) return
    this.#seen.clear()
    this.#askedNs = nowNs
    this.#ask(Round.Orders, (token) => account.requestOpenOrders(instrument, token, nowNs), nowNs)
  }

  #askBalances(nowNs: MonoNs): void {
    const { account, balances } = this.#parts
    balances.asked()
    this.#ask(Round.Balances, (token) => account.requestBalances(token, nowNs), nowNs)
  }

  #ask(round: Round, put: (token: number) => Outcome, nowNs: MonoNs): void {
    const { tokens } = this.#parts
    const token = tokens.issue(this)
    this.#tokenOf[round] = token
    if (put(token) === Outcome.Ok) return
    tokens.withdraw(token)
    this.#tokenOf[round] = NO_QUESTION
    this.#arm(round, nowNs, this.#ordersGapNs())
  }

  #compareOrders(nowNs: MonoNs): void {
    const { account, orders, live, instruments } = this.#parts
    const instrument = instruments[this.#turn]!
    let isAgreed = true
    let order = live.firstOfInstrument(instrument)
    for (; order !== -1; order = live.nextOfInstrument(order)) {
      if (orders.account(order) !== account.account) continue
      if (orders.createdNs(order) >= this.#askedNs) continue
      const isListed = this.#seen.has(order) && owedUnits(orders, order) === 0
      if (isWorking(orders.state(order)) && isListed) continue
      isAgreed = false
      if (this.#isMissing(order)) this.#parts.doubt(order, nowNs)
    }
    this.#lookForRevenants(nowNs)
    if (!isAgreed) return
    const venueUs = account.venueOffsetUs + this.#askedNs / NS_PER_US
    this.#parts.onAgreed(instrument, Math.floor(venueUs), nowNs)
  }

  /** Long on the book by our knowledge, and not listed; another program's order never is. */
  #isMissing(order: number): boolean {
    const { orders, account } = this.#parts
    if (this.#seen.has(order) || orders.isForeign(order)) return false
    if (!isWorking(orders.state(order))) return false
    return orders.createdNs(order) < this.#askedNs - account.orderWindowNs
  }

  /** Open in two listings in a row, and ended by our books: nothing here can be sure of it. */
  #lookForRevenants(nowNs: MonoNs): void {
    const { orders, instruments } = this.#parts
    const isOpenAgain = (order: number): boolean =>
      this.#seen.has(order) && isTerminal(orders.state(order))
    for (const order of this.#revenants) {
      if (orders.instrument(order) !== instruments[this.#turn]) continue
      if (isOpenAgain(order)) {
        this.#tellRevenant(order, nowNs)
        continue
      }
      this.#revenants.delete(order)
      this.#log.healed(`order ${order}`)
    }
    for (const order of this.#seen) if (isOpenAgain(order)) this.#revenants.add(order)
  }

  #tellRevenant(order: number, nowNs: MonoNs): void {
    const { orders, name } = this.#parts
    const id = clientIdText(orders.clientIdHi(order), orders.clientIdLo(order))
    const text =
      `${name}: order ${id} has ended by our books and the venue lists it as open; ` +
      'look at it there, and cancel it if it lives'
    const difference = { level: 'alarm', code: 'ended_order_open', text } as const
    this.#log.found(`order ${order}`, difference, nowNs)
  }

  /** Every fill that the venue may have counted is booked. */
  #isNothingOwed(): boolean {
    const { account, orders, live, instruments } = this.#parts
    for (const instrument of instruments) {
      let order = live.firstOfInstrument(instrument)
      for (; order !== -1; order = live.nextOfInstrument(order)) {
        if (orders.account(order) !== account.account) continue
        if (isUndecided(orders.state(order)) || owedUnits(orders, order) > 0) return false
      }
    }
    return true
  }

  #ordersGapNs(): number {
    const { instruments } = this.#parts
    return Math.max(QUESTION_GAP_MIN_NS, ORDERS_EVERY_NS / Math.max(1, instruments.length))
  }

  #arm(round: Round, nowNs: MonoNs, waitNs: number): void {
    const { timers, prng } = this.#parts
    const jitteredNs = waitNs * (1 - JITTER + 2 * JITTER * prng.nextFraction())
    this.#timerOf[round] = timers.arm(this, round, monoNs(Math.floor(nowNs + jitteredNs)))
  }
}
