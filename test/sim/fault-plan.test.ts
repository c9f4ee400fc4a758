import { describe, expect, test } from 'vitest'
import { US_PER_S } from '#core/units.ts'
import {
  DISCONNECT_PAUSE_US,
  FAULT_DELAY_US,
  FAULT_PROFILES,
  FaultPlan,
  type Fault,
  type FaultKind,
} from '#sim/fault-plan.ts'

const KINDS: readonly FaultKind[] = [
  'request',
  'answer',
  'private_event',
  'public_event',
  'listing',
  'snapshot',
]
const DRAWS = 100_000

function draw(plan: FaultPlan, kind: FaultKind, count = DRAWS, stepUs = US_PER_S): Fault[] {
  return Array.from({ length: count }, (_, index) => plan.decide(kind, index * stepUs))
}

const faultsOf = (plan: FaultPlan): string[] =>
  draw(plan, 'answer', 5_000).map((fault) => JSON.stringify(fault))

test('the profile "none" never does anything', () => {
  const plan = new FaultPlan('none', 1)
  for (const kind of KINDS) {
    expect(draw(plan, kind, 10_000).every((fault) => fault.kind === 'none')).toBe(true)
  }
})

const ROWS = (['some', 'many', 'lying'] as const).flatMap((profile) =>
  KINDS.map((kind) => [profile, kind] as const),
)

describe('the profiles', () => {
  test.each(ROWS)('%s %s: every fault comes about as often as the table says', (profile, kind) => {
    const counts = new Map<string, number>()
    // Seconds far apart, so that the pause after a disconnect hides none.
    for (const fault of draw(new FaultPlan(profile, 4), kind, DRAWS, DISCONNECT_PAUSE_US)) {
      counts.set(fault.kind, (counts.get(fault.kind) ?? 0) + 1)
    }
    const odds = Object.entries(FAULT_PROFILES[profile][kind])
    for (const [name, probability] of odds) {
      const expected = probability * DRAWS
      const spread = 5 * Math.sqrt(expected)
      expect(Math.abs((counts.get(name) ?? 0) - expected)).toBeLessThan(spread)
      counts.delete(name)
    }
    counts.delete('none')
    expect([...counts.keys()]).toEqual([])
  })

  test('probabilities of one message of "some" add up to less than one in ten', () => {
    for (const kind of KINDS) {
      const sum = Object.values(FAULT_PROFILES.some[kind]).reduce((a, b) => a + b, 0)
      expect(sum).toBeLessThan(0.1)
    }
  })

  test('delays stay in their bounds', () => {
    for (const fault of draw(new FaultPlan('some', 5), 'answer')) {
      if (fault.kind !== 'delay') continue
      expect(fault.delayUs).toBeGreaterThanOrEqual(FAULT_DELAY_US.least)
      expect(fault.delayUs).toBeLessThanOrEqual(FAULT_DELAY_US.most)
    }
  })

  test('nothing disconnects soon after a disconnect, of whatever kind', () => {
    const plan = new FaultPlan('some', 6)
    const cutsUs: number[] = []
    for (let i = 0; i < DRAWS; i++) {
      const nowUs = i * 1_000
      const kind = i % 2 === 0 ? 'answer' : 'private_event'
      if (plan.decide(kind, nowUs).kind === 'disconnect') cutsUs.push(nowUs)
    }
    expect(cutsUs.length).toBeGreaterThan(3)
    const gaps = cutsUs.slice(1).map((cutUs, index) => cutUs - (cutsUs[index] ?? 0))
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(DISCONNECT_PAUSE_US)
  })
})

describe('a seed', () => {
  test('replays its plan; another seed has another', () => {
    expect(faultsOf(new FaultPlan('some', 1))).toEqual(faultsOf(new FaultPlan('some', 1)))
    expect(faultsOf(new FaultPlan('some', 1))).not.toEqual(faultsOf(new FaultPlan('some', 2)))
  })

  test('how often streams speak does not shift what happens to answers', () => {
    const busy = new FaultPlan('some', 1)
    draw(busy, 'public_event', 1_234, 0)
    expect(faultsOf(busy)).toEqual(faultsOf(new FaultPlan('some', 1)))
  })
})
