import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CANDLE_INTERVALS } from '#sim/binance-spot/candle-interval.ts'

const microseconds = (iso: string): number => Date.parse(iso) * 1_000
const DAY_US = 86_400_000_000

describe('candle intervals', () => {
  it.each([
    ['1s', '2024-02-29T23:59:59.999Z', '2024-02-29T23:59:59Z', '2024-03-01T00:00:00Z'],
    ['1m', '2024-02-29T23:59:59.999Z', '2024-02-29T23:59:00Z', '2024-03-01T00:00:00Z'],
    ['4h', '2024-02-29T23:59:59.999Z', '2024-02-29T20:00:00Z', '2024-03-01T00:00:00Z'],
    ['1d', '2024-02-29T12:00:00Z', '2024-02-29T00:00:00Z', '2024-03-01T00:00:00Z'],
    ['3d', '1970-01-06T00:00:00Z', '1970-01-04T00:00:00Z', '1970-01-07T00:00:00Z'],
    ['1w', '2024-03-03T23:00:00Z', '2024-02-26T00:00:00Z', '2024-03-04T00:00:00Z'],
    ['1w', '2024-03-04T00:00:00Z', '2024-03-04T00:00:00Z', '2024-03-11T00:00:00Z'],
    ['1M', '2024-02-29T23:00:00Z', '2024-02-01T00:00:00Z', '2024-03-01T00:00:00Z'],
    ['1M', '2023-12-31T23:59:59Z', '2023-12-01T00:00:00Z', '2024-01-01T00:00:00Z'],
  ])('%s around %s begins at %s and ends at %s', (name, time, open, end) => {
    const interval = CANDLE_INTERVALS.get(name)!
    const openUs = interval.openUs(microseconds(time))
    expect(openUs).toBe(microseconds(open))
    expect(interval.endUs(openUs)).toBe(microseconds(end))
  })

  it('knows the months of four centuries', () => {
    const month = CANDLE_INTERVALS.get('1M')!
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 * 365 }), (day) => {
        const date = new Date((day * DAY_US) / 1_000)
        const [year, index] = [date.getUTCFullYear(), date.getUTCMonth()]
        const openUs = month.openUs(day * DAY_US + 1)
        expect(openUs).toBe(Date.UTC(year, index) * 1_000)
        expect(month.endUs(openUs)).toBe(Date.UTC(year, index + 1) * 1_000)
      }),
    )
  })

  it('cover every moment once', () => {
    const moment = fc.integer({ min: 30 * DAY_US, max: 30_000 * DAY_US })
    fc.assert(
      fc.property(fc.constantFrom(...CANDLE_INTERVALS.values()), moment, (interval, timeUs) => {
        const openUs = interval.openUs(timeUs)
        const endUs = interval.endUs(openUs)
        expect(openUs).toBeLessThanOrEqual(timeUs)
        expect(endUs).toBeGreaterThan(timeUs)
        expect(interval.openUs(openUs)).toBe(openUs)
        expect(interval.openUs(endUs)).toBe(endUs)
      }),
    )
  })
})
