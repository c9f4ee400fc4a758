// The engine's signs of life, for those who take its orders back when there are none: a beat for
// the watchdog four times a second, and the venues' own dead-man's switches.
//
// A beat is due by a timer and given at the end of the turn that fired it, so that a turn that
// hangs, or a loop that is held up, falls silent.
import type { NoticeSink } from '#core/notice.ts'
import type { TimerTarget, TimerWheel } from '#core/timer-wheel.ts'
import { monoNs, NS_PER_MS, type MonoNs } from '#core/units.ts'
import type { VenueAccount } from '#venue/venue.ts'
import { DeadMan } from './dead-man.ts'

const BEAT_NS = 250 * NS_PER_MS

export interface PulseListener {
  beat(nowNs: MonoNs): void
  /** How long venues that can should wait for our next word before they cancel; 0 = not at all. */
  readonly deadManNs: number
}

export interface PulseParts {
  readonly timers: TimerWheel
  readonly notices: NoticeSink
  readonly accounts: readonly VenueAccount[]
  readonly listener: PulseListener
}

export class Pulse implements TimerTarget {
  readonly #parts: PulseParts
  readonly #deadMan: DeadMan | null
  #isDue = false

  constructor(parts: PulseParts) {
    this.#parts = parts
    const { deadManNs: timeoutNs } = parts.listener
    this.#deadMan = timeoutNs === 0 ? null : new DeadMan({ ...parts, timeoutNs })
  }

  start(nowNs: MonoNs): void {
    this.#parts.timers.arm(this, 0, nowNs)
    this.#deadMan?.start(nowNs)
  }

  onTimer(_token: number, _nowNs: MonoNs): void {
    this.#isDue = true
  }

  endTurn(nowNs: MonoNs): void {
    if (!this.#isDue) return
    this.#isDue = false
    this.#parts.listener.beat(nowNs)
    this.#parts.timers.arm(this, 0, monoNs(nowNs + BEAT_NS))
  }

  /** The engine ends with nothing open: silence means nothing from here on. */
  end(nowNs: MonoNs): void {
    this.#deadMan?.disarm(nowNs)
  }
}
