// A timer wheel for tests that jump from deadline to deadline: a short list instead of the slots of
// the real one, which are what a short story would spend its time on.
import { NO_TIMER, TimerWheel, type TimerTarget } from '#core/timer-wheel.ts'
import { monoNs, type MonoNs } from '#core/units.ts'

interface Armed {
  readonly handle: number
  readonly target: TimerTarget
  readonly token: number
  readonly deadlineNs: number
}

export class StepTimers {
  nowNs: MonoNs = monoNs(1_000_000_000)
  readonly #armed: Armed[] = []
  #handles = 0

  /** What production code is given. */
  get wheel(): TimerWheel {
    return Object.assign(Object.create(TimerWheel.prototype), {
      arm: this.#arm.bind(this),
      cancel: this.#cancel.bind(this),
    }) as TimerWheel
  }

  /** Fires the next timer that is due by then; else time passes until then, and false. */
  step(untilNs: number): boolean {
    const next = this.#armed.toSorted((a, b) => a.deadlineNs - b.deadlineNs).at(0)
    if (next === undefined || next.deadlineNs > untilNs) {
      this.nowNs = monoNs(Math.max(this.nowNs, untilNs))
      return false
    }
    this.#cancel(next.handle)
    this.nowNs = monoNs(Math.max(this.nowNs, next.deadlineNs))
    next.target.onTimer(next.token, this.nowNs)
    return true
  }

  #arm(target: TimerTarget, token: number, deadlineNs: MonoNs): number {
    const handle = this.#handles++
    this.#armed.push({ handle, target, token, deadlineNs })
    return handle
  }

  #cancel(handle: number): void {
    if (handle === NO_TIMER) return
    const at = this.#armed.findIndex((armed) => armed.handle === handle)
    if (at !== -1) this.#armed.splice(at, 1)
  }
}
