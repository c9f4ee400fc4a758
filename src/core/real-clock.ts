// The process's clock: monotonic from performance.now (no BigInt, nothing allocated),
// wall from timeOrigin-independent Date so that a stepped system clock is seen.
import type { Clock } from './clock.ts'
import { monoNs, NS_PER_MS, US_PER_MS, wallUs, type MonoNs, type WallUs } from './units.ts'

export class RealClock implements Clock {
  readonly #beganMs = performance.now()

  nowNs(): MonoNs {
    return monoNs(Math.round((performance.now() - this.#beganMs) * NS_PER_MS))
  }

  wallUs(): WallUs {
    return wallUs(Date.now() * US_PER_MS)
  }
}
