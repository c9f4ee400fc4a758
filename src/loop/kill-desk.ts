// What happens when the kill switch is engaged, turn by turn, until a person releases it:
//
//   1  no order passes the gate, from this turn on          risk/gate.ts looks at the switch
//   2  every order of ours is asked back, by its id         open, in flight, unknown, and those
//      and again at a growing pace until it is over         of no task: the listings find them
//   3  the venue is asked about every account and           not before the window of what was in
//      instrument, once nothing of ours is open there       flight when it was engaged has passed
//   4  what cannot be proved is named                       report()
//
// Tasks are suspended meanwhile, not ended. Released, they go on where they were.
import { EngineError } from '#core/engine-error.ts'
import type { NoticeSink } from '#core/notice.ts'
import { Outcome } from '#core/outcome.ts'
import type { TimerTarget, TimerWheel } from '#core/timer-wheel.ts'
import { monoNs, NS_PER_MS, NS_PER_S, type MonoNs } from '#core/units.ts'
import type { InstrumentTable } from '#market/instrument.ts'
import { clientIdText } from '#order/client-order-id.ts'
import { CancelCause } from '#order/intent.ts'
import type { LiveOrders } from '#order/live-orders.ts'
import { isTerminal, isUndecided, isWorking, OrderState } from '#order/order-state.ts'
import type { OrderTable } from '#order/order-table.ts'
import type { VenueEvent } from '#order/venue-event.ts'
import type { KillCause, KillPlace, KillSwitch } from '#risk/kill-switch.ts'
import { PlaceState } from '#risk/kill-switch.ts'
import type { AccountDesk } from './account-desk.ts'
import { hasOpenOrder, killReport, type KillReport } from './kill-report.ts'
import type { ListingOwner, ListingTokens } from './listing-tokens.ts'
import type { VenueRoster } from './venue-roster.ts'

const TEND_EVERY_NS = 50 * NS_PER_MS
const CANCEL_AGAIN_FIRST_NS = NS_PER_S
const CANCEL_AGAIN_MAX_NS = 10 * NS_PER_S

export interface KillJournal {
  killSwitch(body: KillCause & { readonly engaged: boolean }, nowNs: MonoNs): Outcome
}

/** Who keeps the switch from one start to the next, whatever becomes of the journal. */
export interface KillKeeper {
  /** As it was left; null where nothing keeps this engine from trading. */
  atStart(): KillCause | null
  /** null = released. */
  changed(cause: KillCause | null): void
}

export interface KillDeskParts {
  readonly timers: TimerWheel
  readonly notices: NoticeSink
  readonly journal: KillJournal
  readonly instruments: InstrumentTable
  readonly orders: OrderTable
  readonly live: LiveOrders
  readonly tokens: ListingTokens
  /** By task index, with gaps. */
  readonly scheduler: { readonly tasks: readonly unknown[]; wake(task: number): void }
  readonly roster: Pick<VenueRoster, 'accounts' | 'ownerOf' | 'instrumentsOf'>
  readonly accountDesk: Pick<AccountDesk, 'isReady'>
  readonly killSwitch: KillSwitch
  /** Accounts and instruments are known. */
  isOpen(): boolean
  /** loop/order-sender. */
  cancel(order: number, cause: CancelCause, nowNs: MonoNs): boolean
  readonly keeper: KillKeeper | undefined
}

interface Retry {
  nextNs: number
  waitNs: number
}

export class KillDesk implements TimerTarget, ListingOwner {
  readonly #parts: KillDeskParts
  readonly #placeOfToken = new Map<number, KillPlace>()
  /** Of orders that were asked back and are not over. */
  readonly #retries = new Map<number, Retry>()
  #isConfirmed = false
  #isTimerArmed = false

  constructor(parts: KillDeskParts) {
    this.#parts = parts
  }

  get isEngaged(): boolean {
    return this.#parts.killSwitch.isEngaged
  }

  /** Nothing of ours is open anywhere, proved by the venues. */
  get isConfirmed(): boolean {
    return this.#isConfirmed
  }

  start(nowNs: MonoNs): void {
    const cause = this.#parts.keeper?.atStart() ?? null
    if (cause !== null) this.engage(cause, nowNs)
  }

  /** From now on nothing is sent. Said again it is journalled again, and the first cause stands. */
  engage(cause: KillCause, nowNs: MonoNs): void {
    this.#write(cause, true, nowNs)
    if (this.#begin(cause, nowNs)) this.#parts.keeper?.changed(cause)
  }

  /** Null when released; refused while something is unconfirmed, unless forced. */
  release(cause: KillCause, isForced: boolean, nowNs: MonoNs): EngineError | null {
    if (!this.#parts.killSwitch.isEngaged) {
      return new EngineError('not_engaged', 'the kill switch is not engaged: nothing to release')
    }
    if (!this.#isConfirmed && !isForced) return this.#unconfirmed(nowNs)
    this.#write(cause, false, nowNs)
    this.#parts.killSwitch.release()
    this.#parts.keeper?.changed(null)
    this.#forget()
    const text = `released by ${whoText(cause)}: ${cause.reason}; tasks go on`
    this.#parts.notices.notice('warn', 'kill_released', text, nowNs)
    this.#wakeAll()
    return null
  }

  /** Once a turn. */
  tend(nowNs: MonoNs): void {
    const { killSwitch, live } = this.#parts
    if (!killSwitch.isEngaged || !this.#parts.isOpen()) return
    if (live.count === 0 && this.#isConfirmed) return
    // What is in flight is known only before it is asked back.
    if (killSwitch.places.length === 0) this.#watchPlaces(nowNs)
    this.#takeBack(nowNs)
    for (const place of killSwitch.places) this.#tendPlace(place, nowNs)
    this.#conclude(nowNs)
    if (!this.#isConfirmed) this.#armTimer(nowNs)
  }

  onTimer(_token: number, _nowNs: MonoNs): void {
    // The turn that fires it tends at its end.
    this.#isTimerArmed = false
  }

  /**
   * A row of any listing calls the order open. Where our books have it as over, one of the two is
   * wrong: until a later listing is without it, nothing is proved there.
   */
  reportedOpen(event: VenueEvent): void {
    const { killSwitch, orders } = this.#parts
    if (!killSwitch.isEngaged) return
    const order = orders.find(event.clientIdHi, event.clientIdLo)
    if (order < 0 || !isTerminal(orders.state(order))) return
    for (const place of killSwitch.places) {
      const isThere = place.account === event.account && place.instrument === event.instrument
      if (isThere) place.contradicted = clientIdText(event.clientIdHi, event.clientIdLo)
    }
  }

  onListingEnd(token: number, complete: boolean, nowNs: MonoNs): void {
    const place = this.#placeOfToken.get(token)
    this.#placeOfToken.delete(token)
    // Asked before a release: the place is gone.
    if (place === undefined || place.state !== PlaceState.Asked) return
    const isClear = complete && place.contradicted === '' && !hasOpenOrder(this.#parts, place)
    this.#parts.killSwitch.answered(place, isClear, nowNs)
  }

  report(nowNs: MonoNs): KillReport {
    return killReport(this.#parts, this.#isConfirmed, nowNs)
  }

  #begin(cause: KillCause, nowNs: MonoNs): boolean {
    if (!this.#parts.killSwitch.engage(cause, nowNs)) return false
    this.#forget()
    const text = `kill switch engaged by ${whoText(cause)}: ${cause.reason}; no order is sent`
    this.#parts.notices.notice('alarm', 'kill_switch', text, nowNs)
    this.#wakeAll()
    this.#armTimer(nowNs)
    return true
  }

  /** A journal that takes no record does not keep the switch from acting. */
  #write(cause: KillCause, engaged: boolean, nowNs: MonoNs): void {
    const { origin, who, reason } = cause
    const outcome = this.#parts.journal.killSwitch({ engaged, origin, who, reason }, nowNs)
    if (outcome === Outcome.Ok) return
    const text = 'the journal has no room for the kill switch: its file alone says so now'
    this.#parts.notices.notice('alarm', 'kill_not_journalled', text, nowNs)
  }

  #takeBack(nowNs: MonoNs): void {
    const { instruments, live, orders } = this.#parts
    for (let instrument = 0; instrument < instruments.count; instrument++) {
      let order = live.firstOfInstrument(instrument)
      for (; order !== -1; order = live.nextOfInstrument(order)) {
        if (!isTerminal(orders.state(order))) this.#takeBackOne(order, nowNs)
      }
    }
  }

  /**
   * An open order at once. One whose fate is being asked for too: a cancel by id is safe, and an
   * unanswered place may have arrived. A cancel that is under way gets its time first.
   */
  #takeBackOne(order: number, nowNs: MonoNs): void {
    const { orders } = this.#parts
    const state = orders.state(order)
    const retry = this.#retryOf(order, state, nowNs)
    if (!isWorking(state) && nowNs < retry.nextNs) return
    if (!this.#parts.cancel(order, CancelCause.Kill, nowNs)) return
    retry.nextNs = nowNs + retry.waitNs
    retry.waitNs = Math.min(2 * retry.waitNs, CANCEL_AGAIN_MAX_NS)
  }

  #retryOf(order: number, state: OrderState, nowNs: MonoNs): Retry {
    const known = this.#retries.get(order)
    if (known !== undefined) return known
    const isUnderWay = state === OrderState.PendingCancel
    const nextNs = isUnderWay ? nowNs + CANCEL_AGAIN_FIRST_NS : nowNs
    const retry = { nextNs, waitNs: CANCEL_AGAIN_FIRST_NS }
    this.#retries.set(order, retry)
    return retry
  }

  #watchPlaces(nowNs: MonoNs): void {
    const { roster, instruments, killSwitch } = this.#parts
    for (const account of roster.accounts) {
      for (const instrument of roster.instrumentsOf(account, instruments)) {
        const notBeforeNs = this.#provableNs(account.account, instrument, account.orderWindowNs)
        killSwitch.watch(account.account, instrument, Math.max(notBeforeNs, nowNs))
      }
    }
  }

  /** When nothing that is in flight now can arrive at the venue any more. */
  #provableNs(account: number, instrument: number, windowNs: number): number {
    const { live, orders } = this.#parts
    let provableNs = 0
    let order = live.firstOfInstrument(instrument)
    for (; order !== -1; order = live.nextOfInstrument(order)) {
      const isInFlight = isUndecided(orders.state(order)) && orders.venueOrderId(order) === ''
      if (orders.account(order) !== account || !isInFlight) continue
      provableNs = Math.max(provableNs, orders.sentNs(order) + windowNs)
    }
    return provableNs
  }

  #tendPlace(place: KillPlace, nowNs: MonoNs): void {
    const { killSwitch, accountDesk, roster, tokens } = this.#parts
    if (hasOpenOrder(this.#parts, place)) return killSwitch.orderSeen(place)
    if (!killSwitch.mayAsk(place, nowNs) || !accountDesk.isReady(place.account)) return
    const token = tokens.issue(this)
    const account = roster.accounts[place.account]!
    if (account.requestOpenOrders(place.instrument, token, nowNs) !== Outcome.Ok) {
      tokens.withdraw(token)
      return killSwitch.askLater(place, nowNs)
    }
    this.#placeOfToken.set(token, place)
    place.contradicted = ''
    killSwitch.asked(place)
  }

  #conclude(nowNs: MonoNs): void {
    const { killSwitch } = this.#parts
    // An engine that trades nothing anywhere has nothing to ask about.
    const isProved = killSwitch.places.length === 0 || killSwitch.isProved
    if (isProved === this.#isConfirmed) return
    this.#isConfirmed = isProved
    if (!isProved) return
    this.#retries.clear()
    const text = 'the venues confirm that no order of ours is open'
    this.#parts.notices.notice('info', 'kill_confirmed', text, nowNs)
  }

  #unconfirmed(nowNs: MonoNs): EngineError {
    const { open_count: open, unproved_count: unproved } = this.report(nowNs)
    return new EngineError(
      'kill_unconfirmed',
      `not released: ${open} order(s) of ours are not known to be over and ${unproved} ` +
        'account(s) × instrument(s) are unconfirmed; wait until they are, or release with --force',
      'warn',
    )
  }

  #wakeAll(): void {
    const { scheduler } = this.#parts
    for (let task = 0; task < scheduler.tasks.length; task++) {
      if (scheduler.tasks[task] !== undefined) scheduler.wake(task)
    }
  }

  #forget(): void {
    this.#isConfirmed = false
    this.#retries.clear()
    this.#placeOfToken.clear()
  }

  #armTimer(nowNs: MonoNs): void {
    if (this.#isTimerArmed) return
    this.#isTimerArmed = true
    this.#parts.timers.arm(this, 0, monoNs(nowNs + TEND_EVERY_NS))
  }
}

function whoText({ who, origin }: KillCause): string {
  return who === '' ? origin : `${who} (${origin})`
}
