// A release gate from the first suite to the exit code: measures every suite, measures again what
// looks worse than it was, judges, tells. How a line is judged stands in verdict.ts; what turns the
// exit code, in gate-options.ts.
import { existsSync } from 'node:fs'
import {
  EMPTY_BASELINE,
  lineKey,
  merged,
  readBaseline,
  withoutSuites,
  writeBaseline,
  type Baseline,
  type BaselineLine,
} from './baseline.ts'
import { gateOptions, helpText, type GateDefaults, type GateOptions } from './gate-options.ts'
import { gatePicture } from './gate-picture.ts'
import {
  findingsOf,
  gateDocument,
  gateText,
  type GateResult,
  type SuiteRun,
} from './gate-report.ts'
import type { BenchOptions, Measurement, Suite } from './measurement.ts'
import { busyLine, machineLine, print, writeJson, writeText } from './report.ts'
import { reportSuite, runSuiteProcess, type SuiteReport } from './suite-process.ts'
import { isWide, judge, TRIES_MAX } from './verdict.ts'

const ExitCode = { Passed: 0, Failed: 1, NothingMeasured: 2 } as const

export interface GatePlan extends GateDefaults {
  /** Names of the suites, in the order in which they run. */
  readonly suites: readonly string[]
  readonly run: (suite: string, options: BenchOptions) => Promise<SuiteReport>
  readonly machine: string
  /** What else the machine does; '' for nothing. */
  readonly busy: string
  readonly print: (text: string) => void
}

export interface GateProgram extends GateDefaults {
  /** The file that Node was started with: it starts itself once for each suite. */
  readonly entry: string
  readonly suites: readonly Suite[]
  /** A folder that must be there, and the command that makes it. */
  readonly needs?: { readonly folder: string; readonly install: string }
}

/** The whole program, in the parent and in its children. */
export async function gate(program: GateProgram, args: readonly string[]): Promise<number> {
  const { entry, suites, needs, baseline, out } = program
  const options = gateOptions(args, program)
  if (options.isHelp) {
    print(helpText(program))
    return ExitCode.Passed
  }
  if (options.suite !== '') await reportSuite(suites, options.suite, options)
  if (needs !== undefined && !existsSync(needs.folder)) {
    print(`${needs.install}\n`)
    return ExitCode.NothingMeasured
  }
  const run: GatePlan['run'] = (suite, asked) => runSuiteProcess(entry, suite, asked)
  const names = suites.map(({ name }) => name)
  const world = { machine: machineLine(), busy: busyLine(), print }
  return runGate({ baseline, out, suites: names, run, ...world }, options)
}

export async function runGate(plan: GatePlan, options: GateOptions): Promise<number> {
  const baseline = readBaseline(options.baseline)
  if (baseline === null && !options.isWriting) {
    plan.print(`there is no ${options.baseline}: write one with --write-baseline\n`)
    return ExitCode.NothingMeasured
  }
  const earlier = baseline ?? EMPTY_BASELINE
  plan.print(`${plan.machine}; median of ${options.rounds} interleaved rounds\n`)
  const judgedBy = options.isWriting ? EMPTY_BASELINE : earlier
  const runs = await measureSuites(plan, options, judgedBy)
  const result = judged(plan, options, runs, judgedBy)
  const isEmpty = result.lines.length === 0 && runs.every(({ failure }) => failure === '')
  if (isEmpty) {
    plan.print(`nothing was measured: no suite and no case is called "${options.only}"\n`)
    return ExitCode.NothingMeasured
  }
  plan.print(gateText(result))
  writeJson(options.json, gateDocument(result))
  writeText(options.svg, gatePicture(result))
  const hasFailed = findingsOf(result).length > 0
  if (options.isWriting && !hasFailed) plan.print(addRun(earlier, result, options))
  return hasFailed ? ExitCode.Failed : ExitCode.Passed
}

async function measureSuites(
  plan: GatePlan,
  options: GateOptions,
  baseline: Baseline,
): Promise<SuiteRun[]> {
  const runs: SuiteRun[] = []
  const held = linesByKey(baseline)
  for (const suite of plan.suites) {
    const beganMs = performance.now()
    const first = await plan.run(suite, options)
    const tries = first.measurements.map((measurement) => [measurement])
    const againFailure = first.failure === '' ? await again(plan, options, suite, tries, held) : ''
    const seconds = (performance.now() - beganMs) / 1_000
    const failure = first.failure || againFailure
    if (tries.length > 0) plan.print(`${suite}: ${seconds.toFixed(0)} s\n`)
    if (failure !== '') plan.print(`${suite}: ${failure}\n`)
    runs.push({ suite, tries, unmeasured: first.unmeasured, failure, seconds })
  }
  return runs
}

/** More tries for lines that look worse, until two agree. Returns what a try threw. */
async function again(
  plan: GatePlan,
  options: GateOptions,
  suite: string,
  tries: readonly Measurement[][],
  held: ReadonlyMap<string, BaselineLine>,
): Promise<string> {
  for (let attempt = 2; attempt <= TRIES_MAX; attempt++) {
    const open = tries.filter((line) => judge(line, held.get(lineKey(line[0]!)) ?? null).isOpen)
    if (open.length === 0) return ''
    const names = open.map((line) => line[0]!.name).join('; ')
    plan.print(`${suite}, again in a new process, since it looks worse than it was: ${names}\n`)
    const report = await plan.run(suite, options)
    if (report.failure !== '') return report.failure
    const found = new Map(report.measurements.map((line) => [lineKey(line), line]))
    for (const line of open) {
      const measurement = found.get(lineKey(line[0]!))
      if (measurement !== undefined) line.push(measurement)
    }
  }
  return ''
}

function judged(
  plan: GatePlan,
  options: GateOptions,
  runs: readonly SuiteRun[],
  baseline: Baseline,
): GateResult {
  const held = linesByKey(baseline)
  const lines = runs.flatMap(({ suite, tries }) =>
    tries.map((line) => ({ suite, ...judge(line, held.get(lineKey(line[0]!)) ?? null) })),
  )
  const isKnownMachine = baseline.machines.length === 0 || baseline.machines.includes(plan.machine)
  return {
    machine: plan.machine,
    busy: plan.busy,
    rounds: options.rounds,
    runs,
    lines,
    // A part of the table is no table: nothing can be missing from it.
    missing: options.only === '' ? missingLines(runs, baseline) : [],
    writtenOn: isKnownMachine ? [] : baseline.machines,
    isWriting: options.isWriting,
  }
}

function missingLines(runs: readonly SuiteRun[], baseline: Baseline): GateResult['missing'] {
  const found = new Set(runs.flatMap(({ tries }) => tries.map((line) => lineKey(line[0]!))))
  return baseline.lines
    .filter((line) => !found.has(lineKey(line)))
    .map((line) => {
      const run = runs.find(({ suite }) => suite === line.suite)
      const reason = run?.unmeasured.find(({ against }) => ['', line.against].includes(against))
      // What a suite threw is a finding of its own: not one more for each of its lines.
      return { line, why: reason?.why ?? (run?.failure ? 'its suite failed' : '') }
    })
}

function addRun(earlier: Baseline, result: GateResult, options: GateOptions): string {
  const measurements = result.lines.map(({ suite, measurement }) => ({ suite, measurement }))
  const suites = new Set(measurements.map(({ suite }) => suite))
  const freshStart = options.only === '' ? EMPTY_BASELINE : withoutSuites(earlier, suites)
  const start = options.isFresh ? freshStart : earlier
  const baseline = merged(start, result.machine, measurements)
  writeBaseline(options.baseline, baseline)
  const counts = baseline.lines.map(({ runs }) => runs.length)
  const wide = baseline.lines.filter(isWide).map(({ name }) => `  ${name}\n`)
  return (
    `${options.baseline}: ${baseline.lines.length} lines, of ${Math.min(...counts)} to ` +
    `${Math.max(...counts)} runs\n` +
    (wide.length === 0 ? '' : `too wide to see a step that takes half as long again:\n`) +
    wide.join('')
  )
}

const linesByKey = (baseline: Baseline): Map<string, BaselineLine> =>
  new Map(baseline.lines.map((line) => [lineKey(line), line]))
