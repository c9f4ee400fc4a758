// Watches one engine by its heartbeat. What it is told and when is its process's matter
// (cli/watchdog.ts); what follows from it is decided here, by (event, nowNs) alone.
//
// Silence is measured from the last beat that was read. A watchdog that was itself held up has not
// listened: it begins to wait anew instead of taking its own absence for the engine's.
import { monoNs, NS_PER_MS, type MonoNs } from '#core/units.ts'
import type { TimerTarget, TimerWheel } from '#core/timer-wheel.ts'
import type { AccountSweep } from './account-sweep.ts'
import type { WatchFields, WatchLog } from './watch-log.ts'
import { WatchEvent, WatchState, watchTransitions } from './watch-states.ts'
import { BEAT_EVERY_MS } from './watchdog-spec.ts'

const LOOK_EVERY_NS = 100 * NS_PER_MS
/** Between two looks: more, and it was we who were held up. */
const HELD_UP_NS = 1_000 * NS_PER_MS
/** After the last beat that was read the engine may have gone on for so long before it hung. */
const LAST_TURN_NS = 4 * BEAT_EVERY_MS * NS_PER_MS

export interface WatchdogParts {
  readonly timers: TimerWheel
  readonly sweeps: readonly AccountSweep[]
  readonly silenceNs: number
  readonly patienceNs: number
  readonly log: WatchLog
  /** Nothing is left to do. */
  ended(): void
}

export class Watchdog implements TimerTarget {
  readonly #parts: WatchdogParts
  #state: WatchState = WatchState.Watching
  #heardNs: number
  #sweepingNs = 0
  #lookedNs: number

  constructor(parts: WatchdogParts, nowNs: MonoNs) {
    this.#parts = parts
    this.#heardNs = nowNs
    this.#lookedNs = nowNs
    this.#arm(nowNs)
  }

  get state(): WatchState {
    return this.#state
  }

  beat(nowNs: MonoNs): void {
    const wasSweeping = this.#state === WatchState.Sweeping
    const silentMs = this.#silentMs(nowNs)
    this.#heardNs = nowNs
    this.#enter(WatchEvent.Beat)
    if (!wasSweeping) return
    this.#stopSweeps(nowNs)
    this.#tell('engine_is_back', { silent_ms: silentMs, cancelled: this.#cancelled })
  }

  goodbye(nowNs: MonoNs): void {
    this.#end(WatchEvent.Goodbye, 'engine_said_goodbye', nowNs)
  }

  successor(incarnation: number, nowNs: MonoNs): void {
    this.#end(WatchEvent.Successor, 'successor_has_come', nowNs, { incarnation })
  }

  /** The engine's end of the pipe is gone. */
  closed(nowNs: MonoNs): void {
    const wasWatching = this.#state === WatchState.Watching
    if (!this.#enter(WatchEvent.Closed) || !wasWatching) return
    this.#tell('engine_is_gone', { silent_ms: this.#silentMs(nowNs) })
    this.#sweep(nowNs, nowNs)
  }

  onTimer(_token: number, nowNs: MonoNs): void {
    if (this.#state === WatchState.Ended) return
    if (this.#state === WatchState.Watching) this.#listen(nowNs)
    else if (this.#parts.sweeps.every((sweep) => sweep.isClear)) {
      return this.#end(WatchEvent.Confirmed, 'confirmed', nowNs, { cancelled: this.#cancelled })
    } else if (nowNs - this.#sweepingNs > this.#parts.patienceNs) return this.#giveUp(nowNs)
    this.#lookedNs = nowNs
    this.#arm(nowNs)
  }

  #listen(nowNs: MonoNs): void {
    if (nowNs - this.#lookedNs > HELD_UP_NS) this.#heardNs = nowNs
    if (nowNs - this.#heardNs < this.#parts.silenceNs) return
    this.#enter(WatchEvent.Silence)
    this.#tell('engine_is_silent', { silent_ms: this.#silentMs(nowNs) })
    this.#sweep(this.#heardNs + LAST_TURN_NS, nowNs)
  }

  /** `lastSendNs`: no order was sent after this. */
  #sweep(lastSendNs: number, nowNs: MonoNs): void {
    this.#sweepingNs = nowNs
    for (const sweep of this.#parts.sweeps) sweep.begin(lastSendNs + sweep.orderWindowNs, nowNs)
  }

  /** What is left is named: a person must look. */
  #giveUp(nowNs: MonoNs): void {
    for (const { market, name, open, isClear, problem } of this.#parts.sweeps) {
      const facts = { venue: market, account: name }
      for (const order of open) {
        const { clientOrderId, symbol, status } = order
        this.#tell('order_left', { ...facts, order: clientOrderId, symbol, status })
      }
      if (!isClear) this.#tell('account_left', { ...facts, why: problem })
    }
    this.#end(WatchEvent.GaveUp, 'gave_up', nowNs, { cancelled: this.#cancelled })
  }

  #stopSweeps(nowNs: MonoNs): void {
    for (const sweep of this.#parts.sweeps) sweep.stop(nowNs)
  }

  #end(event: WatchEvent, told: string, nowNs: MonoNs, fields: WatchFields = {}): void {
    if (!this.#enter(event)) return
    this.#stopSweeps(nowNs)
    this.#tell(told, fields)
    this.#parts.ended()
  }

  /** False where the table has no such step: the watchdog has ended. */
  #enter(event: WatchEvent): boolean {
    const next = watchTransitions.next(this.#state, event)
    if (next === -1) return false
    this.#state = next as WatchState
    return true
  }

  get #cancelled(): number {
    return this.#parts.sweeps.reduce((sum, sweep) => sum + sweep.cancelledCount, 0)
  }

  #silentMs(nowNs: MonoNs): number {
    return Math.round((nowNs - this.#heardNs) / NS_PER_MS)
  }

  #tell(event: string, fields: WatchFields): void {
    this.#parts.log.tell(event, fields)
  }

  #arm(nowNs: MonoNs): void {
    this.#parts.timers.arm(this, 0, monoNs(nowNs + LOOK_EVERY_NS))
  }
}
