// What a release gate tells: the whole table, what is not reached yet, and what failed.
import { lineKey, type BaselineLine } from './baseline.ts'
import { ratioOf, type Measurement } from './measurement.ts'
import { figure } from './report.ts'
import type { Unmeasured } from './unmeasured.ts'
import { best, ENOUGH_RUNS, floorOf, isWide, worst, type Judgement } from './verdict.ts'

export interface SuiteRun {
  readonly suite: string
  /** For each line, its measurements: one, or more where the first looked worse. */
  readonly tries: readonly Measurement[][]
  readonly unmeasured: readonly Unmeasured[]
  /** What it threw; '' when all went well. */
  readonly failure: string
  readonly seconds: number
}

export interface GateLine extends Judgement {
  readonly suite: string
}

export interface GateResult {
  readonly machine: string
  /** What else it did; '' for nothing. */
  readonly busy: string
  readonly rounds: number
  readonly runs: readonly SuiteRun[]
  readonly lines: readonly GateLine[]
  /** Lines of the baseline that were not measured; `why` is '' when nobody says. */
  readonly missing: readonly { readonly line: BaselineLine; readonly why: string }[]
  /** Machines of the baseline when this one is none of them. */
  readonly writtenOn: readonly string[]
  /** This run goes into the baseline and is not judged by it. */
  readonly isWriting: boolean
}

/** All of it must run within this. */
const SECONDS_MAX = 15 * 60

/** What turns the exit code, a line each. */
export function findingsOf({ runs, lines, missing }: GateResult): string[] {
  const seen = new Set<string>()
  const twice = lines.filter(({ measurement }) => {
    const key = lineKey(measurement)
    return seen.has(key) || !seen.add(key)
  })
  return [
    ...runs
      .filter(({ failure }) => failure !== '')
      .map((run) => `SUITE FAILED ${failureText(run)}`),
    ...lines.filter(({ isRegressed }) => isRegressed).map((line) => `REGRESSED ${worseText(line)}`),
    ...lines.filter(({ isGoalLost }) => isGoalLost).map((line) => `GOAL LOST ${lostText(line)}`),
    ...missing.filter(({ why }) => why === '').map(({ line }) => `MISSING ${lineKey(line)}`),
    ...twice.map(({ measurement }) => `MEASURED TWICE ${lineKey(measurement)}`),
  ]
}

export function gateText(result: GateResult): string {
  const { lines, missing, runs } = result
  const notYet = lines.filter((line) => verdictText(line).includes('not yet reached'))
  const excused = missing.filter(({ why }) => why !== '')
  return [
    `\n${table(lines)}\n`,
    block('seconds by suite', secondsText(runs)),
    block(
      'not measured',
      excused.map(({ line, why }) => `${lineKey(line)}: ${why}`),
    ),
    block('notes', notesOf(result)),
    block('FAIL (not yet reached)', notYet.map(missedText)),
    block('FAILED', findingsOf(result)),
    `${summary(result)}\n`,
  ].join('')
}

export function verdictText(line: GateLine): string {
  const { verdict, isGoalHeld, isGoalLost, isRegressed, tryCount } = line
  const held = isGoalLost ? 'FAIL (goal lost)' : 'FAIL (within noise)'
  const missed = isGoalHeld ? held : 'FAIL (not yet reached)'
  const tries = tryCount > 1 ? `, ${tryCount} tries` : ''
  return (verdict === 'FAIL' ? missed : verdict) + (isRegressed ? ', REGRESSED' : '') + tries
}

export function ratioText(ratio: number): string {
  if (ratio >= 100) return ratio.toFixed(0)
  return ratio.toFixed(ratio >= 10 ? 1 : 2)
}

/** Of a line's earlier runs: `2.93..3.43`, '' when there are none. */
export function heldText(held: BaselineLine | null): string {
  if (held === null) return ''
  const { relation, runs } = held
  return `${ratioText(worst(relation, runs))}..${ratioText(best(relation, runs))}`
}

export function gateDocument(result: GateResult): unknown {
  const { machine, rounds, runs, lines, missing } = result
  return {
    machine,
    rounds,
    findings: findingsOf(result),
    lines: lines.map((line) => ({
      suite: line.suite,
      ...line.measurement,
      verdict: verdictText(line),
      baseline: line.held?.runs ?? [],
    })),
    missing,
    suites: runs.map(({ suite, seconds, failure }) => ({ suite, seconds, failure })),
  }
}

const HEADINGS = ['row', 'what', 'against', 'ours', 'theirs', 'ratio', 'rounds', 'goal', 'held']
/** Columns of numbers stand right. */
const RIGHT = new Set(['row', 'ours', 'theirs', 'ratio', 'goal'])

function table(lines: readonly GateLine[]): string {
  const headings = [...HEADINGS, 'verdict']
  const rows = [headings, ...lines.map(cells)]
  const widths = headings.map((_, column) =>
    Math.max(...rows.map((row) => Array.from(row[column] ?? '').length)),
  )
  const padded = (text: string, column: number): string =>
    RIGHT.has(headings[column]!) ? text.padStart(widths[column]!) : text.padEnd(widths[column]!)
  return rows.map((row) => row.map(padded).join('  ').trimEnd()).join('\n')
}

function cells(line: GateLine): string[] {
  const { measurement, held } = line
  const { row, name, against, unit, ours, theirs, ratios } = measurement
  return [
    row,
    name,
    against,
    figure(ours, unit).trim(),
    figure(theirs, unit).trim(),
    `${ratioText(ratioOf(measurement))}×`,
    `${ratioText(Math.min(...ratios))}..${ratioText(Math.max(...ratios))}`,
    goalCell(measurement),
    heldText(held),
    verdictText(line),
  ]
}

function goalCell({ goal, relation }: Measurement): string {
  return goal === null ? '' : `${relation === 'peer' ? '≥' : '≤'} ${goal}×`
}

function block(title: string, lines: readonly string[]): string {
  if (lines.length === 0) return ''
  return `\n${title}\n${lines.map((line) => `  ${line}\n`).join('')}`
}

function secondsText(runs: readonly SuiteRun[]): string[] {
  const measured = runs.filter(({ tries, failure }) => tries.length > 0 || failure !== '')
  return measured.map(({ suite, seconds }) => `${seconds.toFixed(1).padStart(6)}  ${suite}`)
}

function notesOf({ lines, writtenOn, runs, isWriting, busy }: GateResult): string[] {
  const notes = busy === '' ? [] : [busy]
  for (const machine of writtenOn) notes.push(`the baseline is of another machine: ${machine}`)
  const held = lines.flatMap((line) => (line.held === null ? [] : [line.held]))
  const few = held.filter((line) => line.runs.length < ENOUGH_RUNS)
  if (few.length > 0) notes.push(`${few.length} lines rest on fewer than ${ENOUGH_RUNS} runs`)
  const wide = held.filter(isWide)
  if (wide.length > 0) notes.push(`${wide.length} lines swing too much to see a step slow by half`)
  const isNew = lines.filter((line) => line.held === null && line.measurement.isMeasurable)
  if (isNew.length > 0 && !isWriting) notes.push(`${isNew.length} lines are not in the baseline`)
  const seconds = secondsOf(runs)
  if (seconds > SECONDS_MAX) notes.push(`${seconds.toFixed(0)} s are more than ${SECONDS_MAX}`)
  return notes
}

function missedText({ measurement }: GateLine): string {
  const { row, name, against } = measurement
  const ratio = `${ratioText(ratioOf(measurement))}×, goal ${goalCell(measurement)}`
  return `${row.padStart(3)}  ${name} (${against}): ${ratio}`
}

function worseText({ measurement, held }: GateLine): string {
  const floor = held === null ? '' : `, must reach ${ratioText(floorOf(held))}×`
  const ratio = `${ratioText(ratioOf(measurement))}×, was ${heldText(held)}${floor}`
  return `${lineKey(measurement)}: ${ratio}`
}

function lostText({ measurement, held }: GateLine): string {
  const ratio = `${ratioText(ratioOf(measurement))}×, goal ${goalCell(measurement)}`
  return `${lineKey(measurement)}: ${ratio}, was ${heldText(held)}`
}

const failureText = ({ suite, failure }: SuiteRun): string => `${suite}: ${failure}`

function summary(result: GateResult): string {
  const { lines, runs } = result
  const count = (verdict: string): string =>
    `${lines.filter((line) => line.verdict === verdict).length} ${verdict}`
  const verdicts = ['PASS', 'FAIL', 'NOT MEASURABLE HERE', 'info'].map(count).join(', ')
  const failed = findingsOf(result).length
  const outcome = failed === 0 ? 'nothing that was held is lost' : `${failed} findings`
  const ending = result.isWriting && failed === 0 ? 'not judged' : outcome
  return `\n${lines.length} lines in ${secondsOf(runs).toFixed(0)} s: ${verdicts}; ${ending}`
}

const secondsOf = (runs: readonly SuiteRun[]): number =>
  runs.reduce((sum, { seconds }) => sum + seconds, 0)
