import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { monoNs, NS_PER_S } from '#core/units.ts'
import { MinuteLimit } from '#task/minute-limit.ts'

const at = (seconds: number) => monoNs(seconds * NS_PER_S)

describe('a limit of events in a minute', () => {
  it('admits the limit, then waits until the oldest is a minute old', () => {
    const limit = new MinuteLimit(2)
    limit.count(at(0))
    limit.count(at(10))
    expect(limit.admits(at(59.9))).toBe(false)
    expect(limit.admits(at(60))).toBe(true)
    limit.count(at(60))
    expect(limit.admits(at(69.9))).toBe(false)
    expect(limit.admits(at(70))).toBe(true)
  })

  it('agrees with a list of all times, however its ring has grown', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 300 })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), gaps, (max, gapsS) => {
        const limit = new MinuteLimit(max)
        const counted: number[] = []
        let nowS = 0
        for (const gapS of gapsS) {
          nowS += gapS
          const isAdmitted = counted.filter((time) => nowS - time < 60).length < max
          expect(limit.admits(at(nowS))).toBe(isAdmitted)
          if (!isAdmitted) continue
          limit.count(at(nowS))
          counted.push(nowS)
        }
      }),
    )
  })
})
