// What may befall a run besides its tasks, looked at between turns: keys that a venue refuses, a
// clock that is wrong, a recording that has come to its end. Each is said once, with the fix.
import type { RealClock } from '#core/real-clock.ts'
import { EngineError } from '#core/engine-error.ts'
import { NS_PER_S, US_PER_MS } from '#core/units.ts'
import type { Engine } from '#engine.ts'
import type { OpenLog } from '#log/log-host.ts'
import type { EventLoop } from '#loop/event-loop.ts'
import type { VenueAccount } from '#venue/venue.ts'
import { CLOCK_DIFFERENCE_MAX_US, venueAheadUs } from './clock-difference.ts'
import type { RunVenues } from './run-sources.ts'

/** A venue that lets nobody in for this long has decided; before, it may be starting up. */
const REFUSED_KEY_NS = 10 * NS_PER_S
/** The recording's last trades are on their way to us when the venue says that it is over. */
const MARKET_OVER_NS = NS_PER_S
const MARKET_LOOK_NS = NS_PER_S

export interface RunHazardParts {
  readonly engine: Engine
  readonly loop: EventLoop
  readonly clock: RealClock
  readonly venues: RunVenues
  readonly log: OpenLog
}

export class RunHazards {
  /** Set when the run cannot reach its end; working orders are taken back before it is told. */
  failure: EngineError | null = null
  readonly #parts: RunHazardParts
  readonly #wrongClocks = new Set<number>()
  #refusalsSeen = 0
  #refusedSinceNs = Infinity
  #nextMarketLookNs = 0
  #marketOverNs = Infinity
  #isMarketOver = false

  constructor(parts: RunHazardParts) {
    this.#parts = parts
  }

  /** `isUntilDone`: nobody is there to mend anything, so the run must come to an end. */
  look(isUntilDone: boolean): void {
    const { engine, clock } = this.#parts
    if (!engine.isOpen) return
    const nowNs = clock.nowNs()
    for (const account of engine.roster.accounts) this.#lookAtClock(account)
    if (!isUntilDone) return
    this.#lookAtKeys(nowNs)
    this.#lookAtMarket(nowNs)
  }

  #lookAtClock(account: VenueAccount): void {
    const { clock, log } = this.#parts
    const aheadUs = venueAheadUs(account, clock)
    if (Number.isNaN(aheadUs)) return
    if (Math.abs(aheadUs) <= CLOCK_DIFFERENCE_MAX_US) {
      this.#wrongClocks.delete(account.account)
      return
    }
    if (this.#wrongClocks.has(account.account)) return
    this.#wrongClocks.add(account.account)
    const aheadMs = Math.round(aheadUs / US_PER_MS)
    const what = `${account.marketName} differs from this machine's clock by ${aheadMs} ms`
    const text = `${what}: requests carry the venue's time; set this machine's clock (chrony, ntp)`
    log.log.notice('warn', 'clock_offset', text, clock.nowNs())
  }

  #lookAtKeys(nowNs: number): void {
    const { engine, log } = this.#parts
    const out = engine.roster.accounts.filter(({ account }) => !engine.accountDesk.isReady(account))
    const refusals = log.log.countByCode.get('logon_refused') ?? 0
    if (out.length === 0) this.#refusedSinceNs = Infinity
    else if (refusals > this.#refusalsSeen) {
      this.#refusedSinceNs = Math.min(this.#refusedSinceNs, nowNs)
    }
    this.#refusalsSeen = refusals
    if (nowNs - this.#refusedSinceNs < REFUSED_KEY_NS) return
    const names = out.map(({ account }) => engine.roster.ownerOf(account).name)
    const why = log.log.latest.findLast(({ code }) => code === 'logon_refused')?.text ?? ''
    this.failure = new EngineError(
      'keys_refused',
      `no session for account ${names.join(', ')}: ${why}; check its key and secret, ` +
        'the permissions of the key and the addresses it may be used from',
    )
  }

  #lookAtMarket(nowNs: number): void {
    if (this.#isMarketOver) return
    if (nowNs - this.#marketOverNs >= MARKET_OVER_NS) return this.#endTasks()
    if (nowNs < this.#nextMarketLookNs) return
    this.#nextMarketLookNs = nowNs + MARKET_LOOK_NS
    void this.#parts.venues.isMarketOver().then((isOver) => {
      if (isOver) this.#marketOverNs = Math.min(this.#marketOverNs, nowNs)
    })
  }

  /** Nothing will ever fill again: what is left is cancelled, so that every task ends honestly. */
  #endTasks(): void {
    const { engine, loop, clock, log } = this.#parts
    this.#isMarketOver = true
    const nowNs = clock.nowNs()
    const left = engine.tasks.tasks.filter((task) => !task.isOver)
    if (left.length === 0) return
    const names = left.map(({ id }) => id).join(', ')
    const text = `the recording is over: cancelling what it left unfilled of ${names}`
    log.log.notice('warn', 'market_over', text, nowNs)
    for (const { id } of left) engine.tasks.command(id, 'cancel', '', 'recording over', nowNs)
    loop.afterRead(nowNs)
  }
}
