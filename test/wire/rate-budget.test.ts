import fc from 'fast-check'
import { expect, test } from 'vitest'
import { monoNs } from '#core/units.ts'
import { Lane, RateBudget } from '#wire/rate-budget.ts'

const at = (seconds: number) => monoNs(seconds * 1e9)

function budget(limit = 100) {
  return new RateBudget({
    name: 'orders',
    windowNs: 10e9,
    limit,
    reservedFractions: [0, 0.05, 0.1, 0.2, 0.3],
  })
}

/** Spends one by one until refused. */
function drain(rate: RateBudget, lane: Lane, seconds: number): number {
  let spent = 0
  while (rate.spend(lane, 1, at(seconds))) spent++
  return spent
}

test('lanes run dry in order: queries first, cancels last', () => {
  const rate = budget()
  expect(drain(rate, Lane.Query, 1)).toBe(70)
  expect(drain(rate, Lane.Query, 1)).toBe(0)
  expect(drain(rate, Lane.Open, 2)).toBe(10)
  expect(drain(rate, Lane.Reduce, 3)).toBe(10)
  expect(drain(rate, Lane.Hedge, 4)).toBe(5)
  expect(drain(rate, Lane.Cancel, 5)).toBe(5)
  expect(drain(rate, Lane.Cancel, 9.999)).toBe(0)
  expect(rate.used).toBe(100)
})

test('a new window gives everything back', () => {
  const rate = budget()
  drain(rate, Lane.Cancel, 9)
  expect(rate.retryAtNs(at(9))).toBe(at(10))
  expect(drain(rate, Lane.Cancel, 10)).toBe(100)
})

test('windows begin where the venue says', () => {
  const rate = budget()
  rate.align(3e9)
  drain(rate, Lane.Cancel, 1)
  expect(rate.retryAtNs(at(1))).toBe(at(7))
  expect(rate.spend(Lane.Cancel, 1, at(6.9))).toBe(false)
  expect(rate.spend(Lane.Cancel, 1, at(7))).toBe(true)
})

test('an offset corrected backwards never gives a window twice', () => {
  const rate = budget()
  rate.align(3e9)
  drain(rate, Lane.Cancel, 8)
  rate.align(0)
  expect(rate.spend(Lane.Cancel, 1, at(9))).toBe(false)
})

test("the venue's count corrects ours upwards only", () => {
  const rate = budget()
  rate.spend(Lane.Open, 10, at(1))
  rate.observe(60, at(1))
  expect(rate.used).toBe(60)
  rate.observe(20, at(1))
  expect(rate.used).toBe(60)
  rate.observe(5, at(11))
  expect(rate.used).toBe(5)
})

test('a cost that does not fit takes nothing', () => {
  const rate = budget()
  rate.spend(Lane.Cancel, 95, at(1))
  expect(rate.spend(Lane.Cancel, 6, at(1))).toBe(false)
  expect(rate.spend(Lane.Cancel, 5, at(1))).toBe(true)
})

test('a block stops even cancels, and is not shortened', () => {
  const rate = budget()
  rate.blockUntil(at(30))
  rate.blockUntil(at(20))
  expect(rate.spend(Lane.Cancel, 1, at(29.9))).toBe(false)
  expect(rate.retryAtNs(at(12))).toBe(at(30))
  expect(rate.spend(Lane.Cancel, 1, at(30))).toBe(true)
})

test('a smaller limit holds at once', () => {
  const rate = budget()
  rate.spend(Lane.Cancel, 50, at(1))
  rate.setLimit(40)
  expect(rate.spend(Lane.Cancel, 1, at(1))).toBe(false)
  expect(drain(rate, Lane.Cancel, 10)).toBe(40)
})

test('no window ever exceeds the limit, whatever is asked', () => {
  const lane = fc.constantFrom(Lane.Cancel, Lane.Hedge, Lane.Reduce, Lane.Open, Lane.Query)
  const ask = fc.tuple(lane, fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 3_000 }))
  fc.assert(
    fc.property(fc.array(ask, { maxLength: 200 }), (asks) => {
      const rate = budget()
      const spentByWindow = new Map<number, number>()
      let nowMs = 0
      for (const [lane, cost, waitMs] of asks) {
        nowMs += waitMs
        if (!rate.spend(lane, cost, monoNs(nowMs * 1e6))) continue
        const window = Math.floor(nowMs / 10_000)
        spentByWindow.set(window, (spentByWindow.get(window) ?? 0) + cost)
      }
      for (const spent of spentByWindow.values()) expect(spent).toBeLessThanOrEqual(100)
    }),
  )
})
