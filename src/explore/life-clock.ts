// The clock of one life: monotonic time begins anew with each process, wall time is the machine's.
//
//   world   0 ────────── 4 s ═══ death ═ birth ══════ 9 s ───────►
//   life                                 0.001 s ──── 2 s ───────►
//
// Nothing a journal keeps may mean the same number in the next life: this clock is what shows it.
import type { Clock } from '#core/clock.ts'
import { monoNs, NS_PER_MS, type MonoNs, type WallUs } from '#core/units.ts'

/** A process has lived a little before its engine reads the clock. */
const AGE_AT_BIRTH_NS = NS_PER_MS

export class LifeClock implements Clock {
  readonly #world: Clock
  readonly #zeroNs: number

  constructor(world: Clock) {
    this.#world = world
    this.#zeroNs = world.nowNs() - AGE_AT_BIRTH_NS
  }

  nowNs(): MonoNs {
    return this.ownNs(this.#world.nowNs())
  }

  wallUs(): WallUs {
    return this.#world.wallUs()
  }

  /** The world's time as this life counts it. */
  ownNs(worldNs: MonoNs): MonoNs {
    return monoNs(worldNs - this.#zeroNs)
  }

  /** This life's time as the world counts it. */
  worldNs(ownNs: MonoNs): MonoNs {
    return monoNs(ownNs + this.#zeroNs)
  }
}
