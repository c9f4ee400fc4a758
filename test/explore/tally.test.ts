// Adding up must not depend on who came first: threads finish in any order, and a series is gone on
// with after an interruption.
import { describe, expect, it } from 'vitest'
import { Tally } from '#explore/tally.ts'
import type { Exploration } from '#explore/exploration.ts'

function runOf(seed: number): Exploration {
  return {
    seed,
    broken: seed % 5 === 0 ? `seed ${seed} is broken` : '',
    hash: (0xfedc_ba98_7654_3210n + BigInt(seed) ** 9n).toString(16).slice(-16).padStart(16, '0'),
    deaths: seed % 3,
    messages: 100 * seed,
    venueLines: seed,
    records: 2 * seed,
    virtualMs: 1_000,
    counts: { request: seed, 'ack delay': 1 },
    notices: { account_ready: 2 },
    cells: { 'order: Open + Cancel': seed },
  }
}

const runs = Array.from({ length: 20 }, (_, index) => runOf(index + 1))

function tallyOf(chosen: readonly Exploration[], before?: Tally): Tally {
  const tally = new Tally(before?.data())
  for (const run of chosen) tally.add(run)
  return tally
}

describe('a tally', () => {
  it('is the same whatever order the seeds come in', () => {
    expect(tallyOf(runs.toReversed()).data()).toEqual(tallyOf(runs).data())
  })

  it('goes on from what was written down', () => {
    const half = tallyOf(runs.slice(0, 7))
    const written: unknown = JSON.parse(JSON.stringify(half.data()))
    expect(written).toEqual(half.data())
    expect(tallyOf(runs.slice(7), half).data()).toEqual(tallyOf(runs).data())
  })

  it('sums figures, keeps the largest seed and every finding', () => {
    const { seeds, messages, messagesMost, findings, counts } = tallyOf(runs).data()
    expect({ seeds, messages, messagesMost }).toEqual({
      seeds: 20,
      messages: 21_000,
      messagesMost: 2_000,
    })
    expect(findings.map(({ seed }) => seed)).toEqual([5, 10, 15, 20])
    expect(counts).toEqual({ request: 210, 'ack delay': 20 })
  })

  it('has another hash when one seed differs', () => {
    const other = [...runs.slice(0, -1), { ...runOf(20), hash: '0000000000000001' }]
    expect(tallyOf(other).hash).not.toBe(tallyOf(runs).hash)
  })
})
