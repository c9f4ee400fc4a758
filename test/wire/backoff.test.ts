import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Prng } from '#core/prng.ts'
import { backoffDelayNs } from '#wire/backoff.ts'

test('it doubles up to the maximum, its upper half drawn by lot', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 0, max: 5_000 }), (seed, attempt) => {
      const delayNs = backoffDelayNs(attempt, 1e9, 60e9, new Prng(seed))
      const wholeNs = Math.min(60e9, 1e9 * 2 ** attempt)
      expect(delayNs).toBeGreaterThanOrEqual(wholeNs / 2)
      expect(delayNs).toBeLessThanOrEqual(wholeNs)
      expect(Number.isSafeInteger(delayNs)).toBe(true)
    }),
  )
})

test('two processes do not come back together', () => {
  const delays = new Set<number>()
  for (let seed = 0; seed < 100; seed++) delays.add(backoffDelayNs(3, 1e9, 60e9, new Prng(seed)))
  expect(delays.size).toBeGreaterThan(95)
})
