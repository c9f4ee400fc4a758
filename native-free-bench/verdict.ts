// How a line of the goal table is judged: by its goal, and by what earlier runs have held.
//
// One figure counts for a line: the median of its rounds' ratios. The best round does not: noise
// goes both ways, and a round in which the peer was disturbed flatters us, so that a step of half
// the speed would pass on one lucky round. Rounds share a process, though, and with it what V8 made
// of the code; medians of whole processes differ by 5 to 10 % where their rounds agree to 1 %. So:
//
// - A baseline is written by several runs, and what a line must reach again is their worst median
//   less a margin. The worst median carries the line's own noise, the margin what those runs have
//   not happened to see: MARGIN of three runs or more, MARGIN_OF_FEW of fewer. A step that takes
//   half as long again brings the ratio to 0.67 of what it was and is seen as long as the worst
//   run was not below 0.8 of the middle one; a line that swings more is called wide. A baseline
//   wants a quiet machine: where others compute too, a peer that collects garbage gets slower than
//   floe does, and a ratio may double.
// - A goal counts as held when every run of the baseline reached it, and as lost below it by
//   GOAL_MARGIN. Short of that it is missed within noise.
// - Percentiles beyond the median, what a whole round trip of three processes takes, and figures
//   beside a bound instead of a peer swing more than any margin, the last with the machine's speed:
//   of them only a goal that was reached is guarded (`isHeld`).
// - A line that looks worse is measured again in a process of its own, at most TRIES_MAX times in
//   all, and two tries must agree: one disturbed minute is no regression, and one lucky minute
//   does not hide any.
import type { BaselineLine } from './baseline.ts'
import { median, ratioOf, type Measurement, type Relation } from './measurement.ts'

export const MARGIN = 0.15
export const MARGIN_OF_FEW = 0.25
export const ENOUGH_RUNS = 3
export const GOAL_MARGIN = 0.1
export const TRIES_MAX = 3
const TRIES_THAT_AGREE = 2
/** What is left of a ratio when a step takes half as long again. */
const HALF_AS_LONG_AGAIN = 2 / 3

export type GoalVerdict = 'PASS' | 'FAIL' | 'NOT MEASURABLE HERE' | 'info'

export function goalVerdict(measurement: Measurement): GoalVerdict {
  const { goal, isMeasurable, relation } = measurement
  if (!isMeasurable) return 'NOT MEASURABLE HERE'
  if (goal === null) return 'info'
  return isWorse(relation, ratioOf(measurement), goal) ? 'FAIL' : 'PASS'
}

export interface Judgement {
  /** The middle one of the tries that could be measured; the first where none could. */
  readonly measurement: Measurement
  readonly tryCount: number
  readonly held: BaselineLine | null
  readonly verdict: GoalVerdict
  /** Every run of the baseline reached the goal of today. */
  readonly isGoalHeld: boolean
  readonly isGoalLost: boolean
  readonly isRegressed: boolean
  /** Another try must decide. */
  readonly isOpen: boolean
}

/** Judges a line from its tries, each of a process of its own; `held` is what earlier runs saw. */
export function judge(tries: readonly Measurement[], held: BaselineLine | null): Judgement {
  const counted = tries.filter(({ isMeasurable }) => isMeasurable)
  const measurement = middle(counted) ?? tries[0]!
  const regressed = counted.filter((attempt) => isBelowBaseline(attempt, held)).length
  const lost = counted.filter((attempt) => isBelowGoal(attempt, held)).length
  const isOpen = (count: number): boolean => count > 0 && count < TRIES_THAT_AGREE
  return {
    measurement,
    tryCount: tries.length,
    held,
    verdict: goalVerdict(measurement),
    isGoalHeld: holdsGoal(held, measurement.goal),
    isGoalLost: lost >= TRIES_THAT_AGREE,
    isRegressed: regressed >= TRIES_THAT_AGREE,
    isOpen: tries.length < TRIES_MAX && (isOpen(regressed) || isOpen(lost)),
  }
}

/** The ratio that a line must reach again. */
export function floorOf({ relation, runs }: BaselineLine): number {
  const margin = runs.length < ENOUGH_RUNS ? MARGIN_OF_FEW : MARGIN
  return lessBy(relation, worst(relation, runs), margin)
}

/** True when a step could take half as long again and still be taken for noise. */
export function isWide(line: BaselineLine): boolean {
  const usual = median(line.runs)
  return isWorse(line.relation, floorOf(line), lessBy(line.relation, usual, 1 - HALF_AS_LONG_AGAIN))
}

export function worst(relation: Relation, ratios: readonly number[]): number {
  return relation === 'peer' ? Math.min(...ratios) : Math.max(...ratios)
}

export function best(relation: Relation, ratios: readonly number[]): number {
  return relation === 'peer' ? Math.max(...ratios) : Math.min(...ratios)
}

function isBelowBaseline(attempt: Measurement, held: BaselineLine | null): boolean {
  return (
    held !== null && attempt.isHeld && isWorse(attempt.relation, ratioOf(attempt), floorOf(held))
  )
}

function isBelowGoal(attempt: Measurement, held: BaselineLine | null): boolean {
  const { goal, relation } = attempt
  if (goal === null || !holdsGoal(held, goal)) return false
  return isWorse(relation, ratioOf(attempt), lessBy(relation, goal, GOAL_MARGIN))
}

function holdsGoal(held: BaselineLine | null, goal: number | null): boolean {
  if (held === null || goal === null) return false
  return !isWorse(held.relation, worst(held.relation, held.runs), goal)
}

function isWorse(relation: Relation, ratio: number, limit: number): boolean {
  return relation === 'peer' ? ratio < limit : ratio > limit
}

/** The ratio that is worse by a share: less of it against a peer, more against a reference. */
function lessBy(relation: Relation, ratio: number, share: number): number {
  return relation === 'peer' ? ratio * (1 - share) : ratio / (1 - share)
}

function middle(tries: readonly Measurement[]): Measurement | undefined {
  const sorted = tries.toSorted((a, b) => ratioOf(a) - ratioOf(b))
  return sorted[Math.floor(sorted.length / 2)]
}
