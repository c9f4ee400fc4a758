import { describe, expect, it } from 'vitest'
import type { Measurement } from '../../native-free-bench/measurement.ts'
import { floorOf, goalVerdict, isWide, judge } from '../../native-free-bench/verdict.ts'
import { baselineOf, measurementOf, tableRows } from './measurement-text.ts'

const number = (text: string): number | null => (text === '-' ? null : Number(text))

describe('a goal', () => {
  it.each(
    tableRows(`
      rounds                | goal | verdict
      peer 2 2 2            | 2    | PASS
      peer 1.9 2.5 1.8      | 2    | FAIL
      peer 1.5 2.1 9        | 2    | PASS
      peer 0.1              | -    | info
      reference 1.8 1.8 1.8 | 1.8  | PASS
      reference 1.9 1 2     | 1.8  | FAIL
      reference 1.2 9 1.3   | 1.8  | PASS
    `),
  )('%s against %s: %s', (rounds, goal, verdict) => {
    expect(goalVerdict(measurementOf(rounds, { goal: number(goal) }))).toBe(verdict)
  })

  it('is not asked for where noise makes the ratio meaningless', () => {
    const noisy = measurementOf('peer 9', { goal: 2, isMeasurable: false })
    expect(goalVerdict(noisy)).toBe('NOT MEASURABLE HERE')
  })
})

describe('the floor of a line', () => {
  it.each(
    tableRows(`
      runs of the baseline    | floor | wide
      peer 4 5 6              | 3.4   | no
      peer 6 5 4              | 3.4   | no
      peer 4                  | 3     | no
      peer 4 4                | 3     | no
      peer 2 10 10            | 1.7   | yes
      reference 1.7 1.5 1.6   | 2     | no
      reference 1.5           | 2     | no
      reference 1.7 1 1       | 2     | yes
    `),
  )('%s is %s', (runs, floor, wide) => {
    const line = baselineOf(runs)!
    expect(floorOf(line)).toBeCloseTo(Number(floor), 9)
    expect(isWide(line)).toBe(wide === 'yes')
  })
})

/** `peer 4, peer 2 2 9` are two tries of one line, the second of three rounds. */
function triesOf(text: string, goal: string): Measurement[] {
  return text.split(', ').map((rounds) => measurementOf(rounds, { goal: number(goal) }))
}

describe('a line that looks worse than it was', () => {
  it.each(
    tableRows(`
      tries                          | goal | baseline          | outcome
      peer 1                         | -    | -                 | fine
      peer 4 4 4                     | -    | peer 4 4.4 5      | fine
      peer 3.5                       | -    | peer 4 4.4 5      | fine
      peer 3.3                       | -    | peer 4 4.4 5      | open
      peer 3.3, peer 3.3             | -    | peer 4 4.4 5      | regressed
      peer 3.3, peer 4.1             | -    | peer 4 4.4 5      | open
      peer 3.3, peer 4.1, peer 4.1   | -    | peer 4 4.4 5      | fine
      peer 3.3, peer 4.1, peer 2.9   | -    | peer 4 4.4 5      | regressed
      peer 2 2 9, peer 2 9 2         | -    | peer 4 4.4 5      | regressed
      peer 4.1, peer 1               | -    | peer 4 4.4 5      | open
      reference 1.9                  | -    | reference 1.5 1.7 1.6 | fine
      reference 2.1                  | -    | reference 1.5 1.7 1.6 | open
      reference 2.1, reference 2.2   | -    | reference 1.5 1.7 1.6 | regressed
      peer 3.9                       | 4    | peer 4 4.4 5      | fine
      peer 3.5, peer 3.5             | 4    | peer 4 4.4 5      | lost
      peer 3.5, peer 3.5             | 4    | peer 3.9 4.4 5    | fine
      peer 2, peer 2                 | 4    | peer 4 4.4 5      | regressed lost
      peer 2, peer 2                 | 9    | peer 4 4.4 5      | regressed
      peer 2, peer 2                 | 9    | -                 | fine
      reference 1.95                 | 1.8  | reference 1.8 1.5 1.6 | fine
      reference 2.05, reference 2.05 | 1.8  | reference 1.8 1.5 1.6 | lost
    `),
  )('%s, goal %s, held %s: %s', (tries, goal, held, outcome) => {
    const judgement = judge(triesOf(tries, goal), baselineOf(held))
    const { isOpen, isRegressed, isGoalLost } = judgement
    const told = [isOpen && 'open', isRegressed && 'regressed', isGoalLost && 'lost']
    expect(told.filter(Boolean).join(' ') || 'fine').toBe(outcome)
  })

  it('that swings too much to be held guards the goal alone', () => {
    const swinging = measurementOf('peer 2', { goal: 4, isHeld: false })
    const held = baselineOf('peer 4 4.4 5')
    const judgement = judge([swinging, swinging], held)
    expect(judgement).toMatchObject({ isRegressed: false, isGoalLost: true })
    const aimless = measurementOf('peer 2', { goal: null, isHeld: false })
    expect(judge([aimless], held)).toMatchObject({ isOpen: false, isGoalLost: false })
  })

  it('shows its middle try', () => {
    const { measurement, tryCount } = judge(triesOf('peer 2, peer 5, peer 4', '-'), null)
    expect(measurement.ratios).toEqual([4])
    expect(tryCount).toBe(3)
  })

  it('is not judged by tries that noise has spoilt', () => {
    const noisy = measurementOf('peer 0.1', { goal: 4, isMeasurable: false })
    const held = baselineOf('peer 4 4.4 5')
    const judgement = judge([noisy, noisy], held)
    expect(judgement).toMatchObject({ isRegressed: false, isGoalLost: false, isOpen: false })
    expect(judge([noisy, measurementOf('peer 5')], held).measurement.ratios).toEqual([5])
  })
})

describe('a step that got slower', () => {
  /** Four runs of a step on a busy machine; their medians differ as measured there. */
  const held = baselineOf('peer 3.07 2.93 3.43 3.17')!

  it.each([
    ['by half', 1.5, true],
    ['by as much again', 2, true],
    ['by nothing', 1, false],
    ['by a twentieth', 1.05, false],
  ])('%s', (_, times, isSeen) => {
    for (const run of held.runs) {
      const slow = measurementOf(`peer ${run / times}`)
      expect(judge([slow, slow], held).isRegressed).toBe(isSeen)
    }
  })
})
