// How long to wait before the next attempt: doubling, with jitter, so that a venue's restart does
// not bring everybody back in the same second.
import type { Prng } from '#core/prng.ts'

/**
 * The wait before attempt number `attempt` (0 = the first repetition): firstNs × 2^attempt, at
 * most maxNs, of which the upper half is drawn by lot.
 */
export function backoffDelayNs(
  attempt: number,
  firstNs: number,
  maxNs: number,
  prng: Prng,
): number {
  const wholeNs = Math.min(maxNs, firstNs * 2 ** Math.min(attempt, 52))
  return Math.floor(wholeNs / 2 + (wholeNs / 2) * prng.nextFraction())
}
