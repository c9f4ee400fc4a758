import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { monoNs, NS_PER_MS, NS_PER_S } from '#core/units.ts'
import { SendRate } from '#risk/send-rate.ts'

describe('a send rate', () => {
  it('admits exactly when fewer than its limit were sent in the second before', () => {
    const gaps = fc.array(fc.nat(700), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), gaps, (limit, gapsMs) => {
        const rate = new SendRate(limit)
        expect(rate.limit).toBe(limit)
        const sentNs: number[] = []
        let nowNs = 0
        for (const gapMs of gapsMs) {
          nowNs += gapMs * NS_PER_MS
          const recent = sentNs.filter((atNs) => nowNs - atNs < NS_PER_S).length
          expect(rate.admits(monoNs(nowNs))).toBe(recent < limit)
          if (recent === limit) continue
          rate.sent(monoNs(nowNs))
          sentNs.push(nowNs)
        }
      }),
    )
  })

  it('never forbids everything', () => {
    expect(() => new SendRate(0)).toThrow('at least one order a second')
  })
})
