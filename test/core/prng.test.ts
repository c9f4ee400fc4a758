import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Prng } from '#core/prng.ts'

const draw = (prng: Prng, count: number): number[] =>
  Array.from({ length: count }, () => prng.nextUint32())

describe('the seeded generator', () => {
  it('repeats itself from the same seed and differs from another', () => {
    expect(draw(new Prng(7), 50)).toEqual(draw(new Prng(7), 50))
    expect(draw(new Prng(7), 50)).not.toEqual(draw(new Prng(8), 50))
    expect(new Set(draw(new Prng(0), 1_000)).size).toBe(1_000)
  })

  it('computes xoshiro128** by the book', () => {
    // The published step in exact integers, from the state that seed 1 gives.
    const seeded = splitmix32(1, 4)
    expect(draw(new Prng(1), 20)).toEqual(xoshiro128StarStar(seeded, 20))
  })

  it('draws integers from the whole closed interval and nowhere else', () => {
    const bounds = fc.tuple(fc.integer({ min: -1_000, max: 1_000 }), fc.nat(20))
    fc.assert(
      fc.property(fc.nat(), bounds, (seed, [low, width]) => {
        const prng = new Prng(seed)
        for (let i = 0; i < 50; i++) {
          const drawn = prng.nextInteger(low, low + width)
          expect(Number.isInteger(drawn) && drawn >= low && drawn <= low + width).toBe(true)
        }
      }),
    )
    const prng = new Prng(3)
    const seen = new Set(Array.from({ length: 500 }, () => prng.nextInteger(1, 6)))
    expect([...seen].toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('is even enough: fractions and chances', () => {
    const prng = new Prng(11)
    let sum = 0
    let hits = 0
    for (let i = 0; i < 20_000; i++) {
      sum += prng.nextFraction()
      if (prng.chance(0.25)) hits++
    }
    expect(sum / 20_000).toBeCloseTo(0.5, 2)
    expect(hits / 20_000).toBeCloseTo(0.25, 1)
    expect([prng.chance(0), prng.chance(1)]).toEqual([false, true])
  })

  it('forks into a generator of its own', () => {
    const parent = new Prng(5)
    const child = parent.fork()
    const next = draw(parent, 5)
    expect(draw(child, 5)).not.toEqual(next)
    const again = new Prng(5)
    again.fork()
    expect(draw(again, 5)).toEqual(next)
  })
})

function splitmix32(seed: number, count: number): bigint[] {
  const mask = 0xffff_ffffn
  let x = BigInt(seed)
  return Array.from({ length: count }, () => {
    x = (x + 0x9e37_79b9n) & mask
    let z = x
    z = ((z ^ (z >> 16n)) * 0x85eb_ca6bn) & mask
    z = ((z ^ (z >> 13n)) * 0xc2b2_ae35n) & mask
    return z ^ (z >> 16n)
  })
}

function xoshiro128StarStar(seeded: readonly bigint[], count: number): number[] {
  const mask = 0xffff_ffffn
  const rotl = (x: bigint, k: bigint): bigint => ((x << k) | (x >> (32n - k))) & mask
  let [s0, s1, s2, s3] = seeded as [bigint, bigint, bigint, bigint]
  return Array.from({ length: count }, () => {
    const result = (rotl((s1 * 5n) & mask, 7n) * 9n) & mask
    const t = (s1 << 9n) & mask
    s2 ^= s0
    s3 ^= s1
    s1 ^= s2
    s0 ^= s3
    s2 ^= t
    s3 = rotl(s3, 11n)
    return Number(result)
  })
}
