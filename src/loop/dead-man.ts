// Keeps the venues' own dead-man's switches from going off while the engine is well: each account
// whose venue has one is armed as soon as it is up, and armed anew before half of its time is over.
//
// An engine that dies, hangs or loses the connection says nothing more, and the venue cancels. It
// cancels every order of the account then, whoever placed it: no venue can tell ours apart. So an
// engine that ends with nothing open disarms them.
import type { NoticeSink } from '#core/notice.ts'
import { Outcome, OUTCOME_NAMES } from '#core/outcome.ts'
import type { TimerTarget, TimerWheel } from '#core/timer-wheel.ts'
import { monoNs, NS_PER_S, type MonoNs } from '#core/units.ts'
import type { VenueAccount } from '#venue/venue.ts'

/** An account that is down, or had no room for the request, is tried again after this. */
const RETRY_NS = NS_PER_S

export interface DeadManParts {
  readonly timers: TimerWheel
  readonly notices: NoticeSink
  readonly accounts: readonly VenueAccount[]
  /** How long a venue waits for the next word before it cancels. */
  readonly timeoutNs: number
}

export class DeadMan implements TimerTarget {
  readonly #parts: DeadManParts
  /** By account index: its last request was not taken, and a person has been told. */
  readonly #isLate: boolean[] = []

  constructor(parts: DeadManParts) {
    this.#parts = parts
  }

  start(nowNs: MonoNs): void {
    for (const { account } of this.#parts.accounts) this.onTimer(account, nowNs)
  }

  /** Nothing of ours is open: the venues are told that silence is no death. */
  disarm(nowNs: MonoNs): void {
    for (const account of this.#parts.accounts) account.armDeadMan?.(0, nowNs)
  }

  onTimer(index: number, nowNs: MonoNs): void {
    const { accounts, timers, timeoutNs } = this.#parts
    const account = accounts[index]!
    const outcome = account.armDeadMan?.(timeoutNs, nowNs) ?? Outcome.Unsupported
    if (outcome === Outcome.Unsupported) return
    if (account.isUp) this.#tell(account, outcome, nowNs)
    const isArmed = outcome === Outcome.Ok
    timers.arm(this, index, monoNs(nowNs + (isArmed ? timeoutNs / 3 : RETRY_NS)))
  }

  /** Once when it begins to fail: what is late by a whole timeout cancels our orders. */
  #tell(account: VenueAccount, outcome: Outcome, nowNs: MonoNs): void {
    const index = account.account
    const wasLate = this.#isLate[index] === true
    this.#isLate[index] = outcome !== Outcome.Ok
    if (outcome === Outcome.Ok || wasLate) return
    const what = `${account.marketName} account ${index}: its dead-man's switch is not refreshed`
    const text = `${what} (${OUTCOME_NAMES[outcome]}); trying again`
    this.#parts.notices.notice('warn', 'dead_man_late', text, nowNs)
  }
}
