// Makes one account READY: nothing new is sent on it before its orders, fills and balances are
// known to be the venue's. A connected socket is not readiness.
//
//   SessionUp ─► Listing ─► Querying ─► Fills ─► Balances ─► Ready
//                   ▲  open orders and history,   │
//                   │  orders nobody listed,      │ after an unclean end: not before the last
//                   └──── Confirming ◄────────────┘ stamp + order window + 1 s, and only when a
//                                                   second pass agrees with the first
//
// Events that stream in meanwhile go through the same queue and are keyed, so order is enough.
import { Outcome } from '#core/outcome.ts'
import type { TimerTarget, TimerWheel } from '#core/timer-wheel.ts'
import { TransitionTable } from '#core/transitions.ts'
import { monoNs, NS_PER_MS, NS_PER_S, NS_PER_US, US_PER_S, type MonoNs } from '#core/units.ts'
import { isUndecided } from '#order/order-state.ts'
import type { LiveOrders } from '#order/live-orders.ts'
import type { OrderTable } from '#order/order-table.ts'
import type { VenueAccount } from '#venue/venue.ts'
import type { BalanceCheck } from './balance-check.ts'
import type { ListingOwner, ListingTokens } from './listing-tokens.ts'

export const ReconcileState = {
  Down: 0,
  Listing: 1,
  Querying: 2,
  Fills: 3,
  Balances: 4,
  Confirming: 5,
  Ready: 6,
} as const
export type ReconcileState = (typeof ReconcileState)[keyof typeof ReconcileState]

export const ReconcileEvent = {
  SessionUp: 0,
  SessionDown: 1,
  /** Every question of this state was answered whole. */
  Answered: 2,
  /** The answers settle it, but it is too early or they differ from the last pass. */
  NotYet: 3,
  /** Settled: the account may trade. */
  Agreed: 4,
  /** The waiting time of Confirming is over. */
  Again: 5,
} as const
export type ReconcileEvent = (typeof ReconcileEvent)[keyof typeof ReconcileEvent]

const S = ReconcileState
const E = ReconcileEvent

export const reconcileTransitions = new TransitionTable('reconciler', S, E, [
  [S.Down, E.SessionUp, S.Listing],
  [S.Listing, E.Answered, S.Querying],
  [S.Querying, E.Answered, S.Fills],
  [S.Fills, E.Answered, S.Balances],
  [S.Balances, E.NotYet, S.Confirming],
  [S.Balances, E.Agreed, S.Ready],
  [S.Confirming, E.Again, S.Listing],
  // A lost session ends any pass; the next one begins from the start.
  [S.Down, E.SessionDown, S.Down],
  [S.Listing, E.SessionDown, S.Down],
  [S.Querying, E.SessionDown, S.Down],
  [S.Fills, E.SessionDown, S.Down],
  [S.Balances, E.SessionDown, S.Down],
  [S.Confirming, E.SessionDown, S.Down],
  [S.Ready, E.SessionDown, S.Down],
])

const RETRY_FIRST_NS = 500 * NS_PER_MS
const RETRY_MAX_NS = 8 * NS_PER_S
const DOUBLINGS_MAX = 4
const CONFIRM_PAUSE_NS = 200 * NS_PER_MS
/** Listings reach back this far beyond their cursor: clocks and indexes disagree by seconds. */
const CURSOR_MARGIN_US = 60 * US_PER_S
/** The cursor of an instrument without a past. */
export const NO_CURSOR = -1

export interface ReconcilerParts {
  readonly account: VenueAccount
  readonly orders: OrderTable
  readonly live: LiveOrders
  readonly timers: TimerWheel
  readonly tokens: ListingTokens
  /** Instruments that tasks of this account trade. */
  readonly instruments: readonly number[]
  /** Venue wall time, µs, up to which everything of the instrument is known; or NO_CURSOR. */
  cursorUs(instrument: number): number
  /** After an unclean end: not READY before this. */
  readonly readyNotBeforeNs: number
  readonly balances: Pick<BalanceCheck, 'asked' | 'listed'>
  /** How many facts order truth has learnt so far: a pass that adds none agrees with the last. */
  factsCount(): number
  /** `knownUs`: venue time up to which the pass has made everything known. */
  onReady(knownUs: number, nowNs: MonoNs): void
}

export class Reconciler implements ListingOwner, TimerTarget {
  readonly #parts: ReconcilerParts
  #state: ReconcileState = ReconcileState.Down
  /** Questions of an earlier session come back with an older number and are ignored. */
  #epoch = 0
  readonly #epochOfToken = new Map<number, number>()
  #unanswered = 0
  #isIncomplete = false
  #passes = 0
  #factsBefore = 0
  #retries = 0
  /** When the pass began: what was there by then, it shows. */
  #passNs = 0
  #mustConfirm: boolean

  constructor(parts: ReconcilerParts) {
    this.#parts = parts
    this.#mustConfirm = parts.readyNotBeforeNs > 0
  }

  get isReady(): boolean {
    return this.#state === ReconcileState.Ready
  }

  /**
   * True when no order of an earlier run can turn up any more. After an unclean end the journal may
   * have lost its newest orders: until the first READY, "nothing is live" is not yet knowledge.
   */
  get isPastKnown(): boolean {
    return !this.#mustConfirm
  }

  get state(): ReconcileState {
    return this.#state
  }

  sessionUp(nowNs: MonoNs): void {
    if (this.#state !== ReconcileState.Down) return
    this.#passes = 0
    this.#retries = 0
    this.#enter(ReconcileEvent.SessionUp, nowNs)
  }

  sessionDown(nowNs: MonoNs): void {
    this.#epoch++
    this.#enter(ReconcileEvent.SessionDown, nowNs)
  }

  onListingEnd(token: number, complete: boolean, nowNs: MonoNs): void {
    const epoch = this.#epochOfToken.get(token)
    this.#epochOfToken.delete(token)
    if (epoch !== this.#epoch) return
    this.#unanswered--
    if (!complete) this.#isIncomplete = true
    if (this.#unanswered === 0) this.#answered(nowNs)
  }

  onTimer(epoch: number, nowNs: MonoNs): void {
    if (epoch !== this.#epoch) return
    // Armed between two passes, or because an answer was partial.
    if (this.#state === ReconcileState.Confirming) this.#enter(ReconcileEvent.Again, nowNs)
    else this.#askAll(nowNs)
  }

  #enter(event: ReconcileEvent, nowNs: MonoNs): void {
    const next = reconcileTransitions.next(this.#state, event)
    if (next === -1) return
    this.#state = next as ReconcileState
    switch (this.#state) {
      case ReconcileState.Down:
        return
      case ReconcileState.Confirming:
        return this.#armConfirm(nowNs)
      case ReconcileState.Ready:
        this.#mustConfirm = false
        return this.#parts.onReady(this.#venueUs(this.#passNs), nowNs)
      case ReconcileState.Listing:
        this.#factsBefore = this.#parts.factsCount()
        this.#passNs = nowNs
        return this.#askAll(nowNs)
      default:
        return this.#askAll(nowNs)
    }
  }

  /** Puts every question of the present state; with none to put, the state is answered. */
  #askAll(nowNs: MonoNs): void {
    this.#isIncomplete = false
    this.#unanswered = 1
    switch (this.#state) {
      case ReconcileState.Listing:
        this.#askListings(nowNs)
        break
      case ReconcileState.Querying:
        this.#askUndecided(nowNs)
        break
      case ReconcileState.Fills:
        this.#askFills(nowNs)
        break
      default:
        this.#parts.balances.asked()
        this.#ask((token) => this.#parts.account.requestBalances(token, nowNs))
    }
    this.#unanswered--
    if (this.#unanswered === 0) this.#answered(nowNs)
  }

  #askListings(nowNs: MonoNs): void {
    const { account, instruments } = this.#parts
    for (const instrument of instruments) {
      this.#ask((token) => account.requestOpenOrders(instrument, token, nowNs))
      const since = this.#sinceUs(instrument)
      if (since === NO_CURSOR) continue
      this.#ask((token) => account.requestOrderHistory(instrument, since, token, nowNs))
    }
  }

  /** A listing may be partial: whatever is still undecided is asked for by its own id. */
  #askUndecided(nowNs: MonoNs): void {
    const { account, orders, live, instruments } = this.#parts
    for (const instrument of instruments) {
      let order = live.firstOfInstrument(instrument)
      for (; order !== -1; order = live.nextOfInstrument(order)) {
        if (orders.account(order) !== account.account) continue
        if (!isUndecided(orders.state(order))) continue
        const asked = order
        this.#ask((token) => account.requestOrder(asked, token, nowNs))
      }
    }
  }

  #askFills(nowNs: MonoNs): void {
    const { account, instruments } = this.#parts
    for (const instrument of instruments) {
      const since = this.#sinceUs(instrument)
      if (since === NO_CURSOR) continue
      this.#ask((token) => account.requestFills(instrument, '', since, token, nowNs))
    }
  }

  #ask(put: (token: number) => Outcome): void {
    const token = this.#parts.tokens.issue(this)
    this.#epochOfToken.set(token, this.#epoch)
    this.#unanswered++
    if (put(token) === Outcome.Ok) return
    this.#parts.tokens.withdraw(token)
    this.#epochOfToken.delete(token)
    this.#unanswered--
    this.#isIncomplete = true
  }

  #answered(nowNs: MonoNs): void {
    if (this.#isIncomplete) {
      const waitNs = RETRY_FIRST_NS * 2 ** Math.min(this.#retries++, DOUBLINGS_MAX)
      const untilNs = nowNs + Math.min(waitNs, RETRY_MAX_NS)
      this.#parts.timers.arm(this, this.#epoch, monoNs(untilNs))
      return
    }
    this.#retries = 0
    if (this.#state !== ReconcileState.Balances) {
      return this.#enter(ReconcileEvent.Answered, nowNs)
    }
    const { balances, instruments } = this.#parts
    balances.listed(instruments, false, nowNs)
    this.#passes++
    const isAgreed = this.#passes > 1 && this.#parts.factsCount() === this.#factsBefore
    const isLate = nowNs >= this.#parts.readyNotBeforeNs
    const settles = !this.#mustConfirm || (isAgreed && isLate)
    this.#enter(settles ? ReconcileEvent.Agreed : ReconcileEvent.NotYet, nowNs)
  }

  #armConfirm(nowNs: MonoNs): void {
    const atNs = Math.max(this.#parts.readyNotBeforeNs, nowNs + CONFIRM_PAUSE_NS)
    this.#parts.timers.arm(this, this.#epoch, monoNs(atNs))
  }

  #sinceUs(instrument: number): number {
    const cursorUs = this.#parts.cursorUs(instrument)
    return cursorUs < 0 ? NO_CURSOR : Math.max(0, Math.floor(cursorUs - CURSOR_MARGIN_US))
  }

  #venueUs(nowNs: number): number {
    return Math.floor(this.#parts.account.venueOffsetUs + nowNs / NS_PER_US)
  }
}
