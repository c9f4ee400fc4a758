import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DirtySet } from '#core/dirty-set.ts'

describe('the dirty set', () => {
  it('gives each index once, first marked first', () => {
    const dirty = new DirtySet(8)
    for (const index of [3, 1, 3, 7, 1]) dirty.mark(index)
    expect(dirty.count).toBe(3)
    expect([dirty.take(), dirty.take(), dirty.take()]).toEqual([3, 1, 7])
  })

  it.each([-1, 4, Number.NaN])('refuses index %d beyond its room', (index) => {
    const dirty = new DirtySet(4)
    expect(() => dirty.mark(index)).toThrow('index beyond the dirty set')
  })

  it('refuses to take from nothing, and to have no room', () => {
    expect(() => new DirtySet(4).take()).toThrow('empty dirty set')
    expect(() => new DirtySet(0)).toThrow('needs room')
  })

  it('does what an ordered set does', () => {
    const steps = fc.array(fc.option(fc.nat(15)), { maxLength: 200 })
    fc.assert(
      fc.property(steps, (script) => {
        const dirty = new DirtySet(16)
        const oracle = new Set<number>()
        for (const index of script) {
          if (index !== null) {
            dirty.mark(index)
            oracle.add(index)
          } else if (oracle.size > 0) {
            const [oldest] = oracle
            expect(dirty.take()).toBe(oldest)
            oracle.delete(oldest!)
          }
          expect(dirty.count).toBe(oracle.size)
        }
      }),
    )
  })
})
