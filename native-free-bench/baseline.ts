// What earlier runs have reached, line by line: a committed file that the release gate guards. A
// line keeps the median ratio of each run that wrote it; from them come the usual ratio, the worst
// and the best. Ratios travel between machines better than seconds do, but not perfectly: the file
// names the machines that it was written on.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { ratioOf, type Measurement, type Relation } from './measurement.ts'

export interface BaselineLine {
  readonly suite: string
  readonly row: string
  readonly name: string
  readonly against: string
  readonly relation: Relation
  /** The median ratio of each run that wrote this line, in their order. */
  readonly runs: readonly number[]
}

export interface Baseline {
  /** Processor, cores, memory and Node of each machine that wrote to it. */
  readonly machines: readonly string[]
  readonly lines: readonly BaselineLine[]
}

export interface SuiteMeasurement {
  readonly suite: string
  readonly measurement: Measurement
}

export const EMPTY_BASELINE: Baseline = { machines: [], lines: [] }
const COLUMNS_MAX = 100
const SIGNIFICANT_DIGITS = 4

/** A line is the same line from run to run while these three are. */
export function lineKey({ row, name, against }: Pick<Measurement, 'row' | 'name' | 'against'>) {
  return [row, name, against].join(' | ')
}

/**
 * The baseline and one run more. A line that this run could not measure stays as it is. A line
 * whose relation changed begins anew: its old ratios mean something else.
 */
export function merged(
  baseline: Baseline,
  machine: string,
  measurements: readonly SuiteMeasurement[],
): Baseline {
  const lines = new Map(baseline.lines.map((line) => [lineKey(line), line]))
  for (const { suite, measurement } of measurements) {
    if (!measurement.isMeasurable) continue
    const { row, name, against, relation } = measurement
    const known = lines.get(lineKey(measurement))
    const earlier = known?.relation === relation ? known.runs : []
    const runs = [...earlier, Number(ratioOf(measurement).toPrecision(SIGNIFICANT_DIGITS))]
    lines.set(lineKey(measurement), { suite, row, name, against, relation, runs })
  }
  const machines = [...new Set([...baseline.machines, machine])]
  return { machines, lines: [...lines.values()] }
}

/** The baseline without the lines of these suites. */
export function withoutSuites(baseline: Baseline, suites: ReadonlySet<string>): Baseline {
  const lines = baseline.lines.filter(({ suite }) => !suites.has(suite))
  return lines.length === 0 ? EMPTY_BASELINE : { ...baseline, lines }
}

/** Null when there is no such file. */
export function readBaseline(path: string): Baseline | null {
  if (!existsSync(path)) return null
  const baseline = JSON.parse(readFileSync(path, 'utf8')) as Baseline
  for (const line of baseline.lines) {
    const isWhole = line.runs.length > 0 && line.runs.every((ratio) => ratio > 0)
    if (!isWhole) throw new Error(`${path}: "${line.name}" holds no ratios`)
  }
  return baseline
}

export function writeBaseline(path: string, baseline: Baseline): void {
  writeFileSync(path, baselineText(baseline))
}

/** As the formatter of this repository has it: a diff then shows the runs that came. */
export function baselineText({ machines, lines }: Baseline): string {
  const objects = lines.map((line) => {
    const { runs, ...identity } = line
    const fields = Object.entries(identity).map(
      ([key, value]) => `      "${key}": ${quoted(value)},\n`,
    )
    return `    {\n${fields.join('')}${numbersText('      "runs": ', runs)}\n    }`
  })
  const rest = objects.length === 0 ? '[]' : `[\n${objects.join(',\n')}\n  ]`
  return `{\n${namesText('  "machines": ', machines)},\n  "lines": ${rest}\n}\n`
}

function namesText(key: string, names: readonly string[]): string {
  const short = `${key}[${names.map(quoted).join(', ')}],`
  if (short.length <= COLUMNS_MAX) return short.slice(0, -1)
  return `${key}[\n${names.map((name) => `    ${quoted(name)}`).join(',\n')}\n  ]`
}

function numbersText(key: string, numbers: readonly number[]): string {
  const short = `${key}[${numbers.join(', ')}]`
  if (short.length <= COLUMNS_MAX) return short
  const rows = ['']
  for (const [at, number] of numbers.entries()) {
    const item = at === numbers.length - 1 ? `${number}` : `${number},`
    const row = rows.at(-1)!
    if (row.length + item.length + 9 > COLUMNS_MAX) rows.push(item)
    else rows[rows.length - 1] = row === '' ? item : `${row} ${item}`
  }
  return `${key}[\n${rows.map((row) => `        ${row}`).join('\n')}\n      ]`
}

const quoted = (text: string): string => JSON.stringify(text)
