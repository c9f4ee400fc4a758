// The owner of real timers: brings turns to the engine. After every socket read a turn runs in the
// same tick; otherwise one timer stands at the engine's next deadline.
//
// A loop that sleeps is woken by the kernel, and waking costs more than most turns. A busy-polling
// loop never sleeps: an immediate that asks for itself again makes libuv look at the sockets
// without waiting, round after round, and the deadline is compared in each round instead of a timer
// being set. It takes a whole core, so it is for machines that have one to spare.
//
// While tasks trade and nothing happens, either goes through the motions of a tick now and then, so
// that the next real one finds code and data in the caches.
import type { Clock } from '#core/clock.ts'
import { NEVER_NS, NS_PER_MS, type MonoNs } from '#core/units.ts'

/** The longest sleep: a safety net, not a rhythm. */
const SLEEP_MAX_NS = 1_000 * NS_PER_MS
/** A shared cache forgets within a millisecond. */
const COOLING_NS = NS_PER_MS / 4
/** The shortest that a timer waits. */
const SLEEP_WARM_NS = NS_PER_MS

export interface Turning {
  turn(nowNs: MonoNs): void
  /** Goes through the motions of a tick that changes nothing. */
  keepWarm?(nowNs: MonoNs): void
  nextDeadlineNs(): MonoNs
  readonly hasWork: boolean
  /** A tick may cause an order: worth keeping warm for. */
  readonly isTrading?: boolean
}

/** What to do while nothing happens. */
export interface Idling {
  /** Spin instead of sleeping. */
  readonly isBusyPolling: boolean
  readonly isKeepingWarm: boolean
}

export interface EventLoopParts {
  readonly clock: Clock
  /** Default: sleeps, and lets its caches cool. */
  readonly idling?: Idling
  /** Keeping warm, sends something that means nothing for the same reason. */
  readonly warmLink?: { beat(): void } | null
  /** A turn threw: our bug. The process must end; the journal has everything up to here. */
  onCrash(thrown: unknown): void
}

export class EventLoop {
  readonly #parts: EventLoopParts
  #idling: Idling
  /** Of the last turn or warming. */
  #activeNs = 0
  #turning: Turning | null = null
  #timer: NodeJS.Timeout | null = null
  #armedNs: number = NEVER_NS
  #isSoon = false
  #isSpinning = false
  #isStopped = false

  constructor(parts: EventLoopParts) {
    this.#parts = parts
    this.#idling = parts.idling ?? { isBusyPolling: false, isKeepingWarm: false }
  }

  /** The engine is built with a dialer that needs this loop, so it is introduced afterwards. */
  start(turning: Turning): void {
    this.#turning = turning
    this.afterRead(this.#parts.clock.nowNs())
    this.#spin()
  }

  /** From now on, while nothing happens. */
  idle(idling: Idling): void {
    this.#idling = idling
    this.#armedNs = NEVER_NS
    this.#spin()
    this.afterRead(this.#parts.clock.nowNs())
  }

  stop(): void {
    this.#isStopped = true
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  /** Runs a turn: called by the dialer after each read, with that callback's time. */
  readonly afterRead = (nowNs: MonoNs): void => {
    if (this.#turning === null || this.#isStopped) return
    try {
      this.#turning.turn(nowNs)
      this.#activeNs = nowNs
      this.#rearm(this.#turning, nowNs)
    } catch (thrown) {
      this.#crashed(thrown)
    }
  }

  #rearm(turning: Turning, nowNs: MonoNs): void {
    const { isBusyPolling, isKeepingWarm } = this.#idling
    const isNapping = !isBusyPolling && isKeepingWarm && turning.isTrading === true
    const sleepNs = isNapping ? SLEEP_WARM_NS : SLEEP_MAX_NS
    const deadlineNs = Math.min(turning.nextDeadlineNs(), nowNs + sleepNs)
    if (isBusyPolling) {
      this.#armedNs = turning.hasWork ? nowNs : deadlineNs
      return
    }
    if (turning.hasWork) return this.#soon()
    if (this.#timer !== null) {
      // The armed timer comes first anyway: it will look again.
      if (this.#armedNs <= deadlineNs) return
      clearTimeout(this.#timer)
    }
    this.#armedNs = deadlineNs
    const waitMs = Math.max(0, Math.ceil((deadlineNs - nowNs) / NS_PER_MS))
    this.#timer = setTimeout(this.#onTimer, waitMs)
  }

  readonly #onTimer = (): void => {
    this.#timer = null
    this.#armedNs = NEVER_NS
    const nowNs = this.#parts.clock.nowNs()
    if (this.#isCooling(nowNs)) this.#keepWarm(nowNs)
    else this.afterRead(nowNs)
  }

  /** Work that no socket brings waits one round of the loop, so that sockets are heard between. */
  #soon(): void {
    if (this.#isSoon) return
    this.#isSoon = true
    setImmediate(this.#onImmediate)
  }

  readonly #onImmediate = (): void => {
    this.#isSoon = false
    this.afterRead(this.#parts.clock.nowNs())
  }

  #spin(): void {
    if (!this.#idling.isBusyPolling || this.#isSpinning) return
    this.#isSpinning = true
    setImmediate(this.#onSpin)
  }

  /** One round: libuv has read its sockets since the last, and each read had its turn. */
  readonly #onSpin = (): void => {
    this.#isSpinning = false
    if (this.#isStopped || !this.#idling.isBusyPolling) return
    this.#spin()
    const nowNs = this.#parts.clock.nowNs()
    if (this.#isCooling(nowNs)) this.#keepWarm(nowNs)
    else if (nowNs >= this.#armedNs) this.afterRead(nowNs)
  }

  #isCooling(nowNs: MonoNs): boolean {
    if (!this.#idling.isKeepingWarm || nowNs - this.#activeNs < COOLING_NS) return false
    return this.#turning?.isTrading === true
  }

  /** Time may have made the engine want something: a turn follows at once. */
  #keepWarm(nowNs: MonoNs): void {
    try {
      this.#turning?.keepWarm?.(nowNs)
      this.#parts.warmLink?.beat()
    } catch (thrown) {
      this.#crashed(thrown)
    }
    this.afterRead(nowNs)
  }

  #crashed(thrown: unknown): void {
    this.stop()
    this.#parts.onCrash(thrown)
  }
}
