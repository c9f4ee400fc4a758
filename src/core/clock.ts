// Time is an argument. This is the port; the makes are real-clock.ts and virtual-clock.ts.
import type { MonoNs, WallUs } from './units.ts'

export interface Clock {
  /** Monotonic ns since this clock began: for measuring and for deadlines. */
  nowNs(): MonoNs
  /** Wall clock, µs since the epoch: for durable stamps and for signing. May step. */
  wallUs(): WallUs
}
