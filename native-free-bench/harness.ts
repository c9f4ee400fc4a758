// Pairs of the same job done twice: by floe and by a peer. Both run in one process, in interleaved
// rounds, and the ratio of their medians is the result: a shared machine changes its speed by the
// minute, and a ratio inside one run survives that. Absolute figures are printed for orientation.
import { writeFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { Bench } from 'tinybench'

export interface BenchCase {
  readonly name: string
  /** What the peer is. */
  readonly peer: string
  /** The ratio that PERFORMANCE goals ask for; 0 = information. */
  readonly goal: number
  /** Operations that one call of `ours` and of `theirs` does: enough to drown the timer's cost. */
  readonly opsPerCall: number
  readonly ours: () => void
  readonly theirs: () => void
}

export interface BenchResult {
  readonly name: string
  readonly peer: string
  readonly goal: number
  /** Median over the rounds of the ns an operation took. */
  readonly ours_ns: number
  readonly theirs_ns: number
  /** Median over the rounds of theirs / ours. */
  readonly ratio: number
  readonly ratio_worst: number
  readonly ratio_best: number
}

export interface BenchOptions {
  readonly rounds: number
  /** Time for each side of a case in a round. */
  readonly timeMs: number
  /** Only cases whose name contains this. */
  readonly only: string
  /** Where the JSON goes; '' prints no JSON. */
  readonly json: string
}

export function benchOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '3' },
      time: { type: 'string', default: '250' },
      only: { type: 'string', default: '' },
      json: { type: 'string', default: '' },
    },
  })
  const rounds = Number(values.rounds)
  const timeMs = Number(values.time)
  if (!(rounds >= 1 && timeMs >= 1)) throw new Error('--rounds and --time are numbers from 1 up')
  return { rounds, timeMs, only: values.only, json: values.json }
}

export async function runCases(
  cases: readonly BenchCase[],
  options: BenchOptions,
): Promise<BenchResult[]> {
  const results: BenchResult[] = []
  for (const benchCase of cases.filter(({ name }) => name.includes(options.only))) {
    results.push(await runCase(benchCase, options))
    print(`${resultLine(results[results.length - 1]!)}\n`)
  }
  return results
}

async function runCase(benchCase: BenchCase, options: BenchOptions): Promise<BenchResult> {
  const { name, peer, goal, opsPerCall } = benchCase
  const ours: number[] = []
  const theirs: number[] = []
  for (let round = 0; round < options.rounds; round++) {
    // The order alternates, so that neither side always finds the warmer machine.
    const isOursFirst = round % 2 === 0
    if (isOursFirst) ours.push(await medianNs(benchCase.ours, options.timeMs))
    theirs.push(await medianNs(benchCase.theirs, options.timeMs))
    if (!isOursFirst) ours.push(await medianNs(benchCase.ours, options.timeMs))
  }
  const ratios = ours.map((ns, round) => theirs[round]! / ns)
  return {
    name,
    peer,
    goal,
    ours_ns: median(ours) / opsPerCall,
    theirs_ns: median(theirs) / opsPerCall,
    ratio: median(ratios),
    ratio_worst: Math.min(...ratios),
    ratio_best: Math.max(...ratios),
  }
}

async function medianNs(run: () => void, timeMs: number): Promise<number> {
  const bench = new Bench({ time: timeMs, warmupTime: timeMs / 4 })
  bench.add('case', run)
  await bench.run()
  const result = bench.tasks[0]?.result
  if (result === undefined || !('latency' in result)) throw new Error('a case did not finish')
  return result.latency.p50 * 1e6
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

export function quantile(values: readonly number[], fraction: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))]!
}

/** The machine, in one line: no figure is worth anything without it. */
export function machineLine(): string {
  const model = cpus()[0]?.model ?? 'unknown processor'
  const memoryGb = Math.round(totalmem() / 2 ** 30)
  return `${model}, ${availableParallelism()} cores, ${memoryGb} GB, Node ${process.versions.node}`
}

export function resultLine(result: BenchResult): string {
  const { name, ours_ns, theirs_ns, ratio, ratio_worst, ratio_best, goal, peer } = result
  const spread = `${ratio_worst.toFixed(1)}–${ratio_best.toFixed(1)}`
  const aim = goal === 0 ? '' : `, goal ≥ ${goal}×`
  return (
    `${name.padEnd(34)} ${nsText(ours_ns)} against ${nsText(theirs_ns)}  ` +
    `${ratio.toFixed(1).padStart(6)}×  (${spread}${aim}; ${peer})`
  )
}

function nsText(ns: number): string {
  return `${ns >= 100 ? ns.toFixed(0) : ns.toFixed(1)} ns`.padStart(10)
}

export function print(text: string): void {
  process.stdout.write(text)
}

export function writeJson(path: string, document: unknown): void {
  if (path !== '') writeFileSync(path, `${JSON.stringify(document, null, 2)}\n`)
}
