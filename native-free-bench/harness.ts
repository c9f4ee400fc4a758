// Pairs of the same job done twice: by floe and by a peer. Both run in one process, in interleaved
// rounds, and the ratio of their medians is the result: a shared machine changes its speed by the
// minute, and a ratio inside one run survives that. Absolute figures are printed for orientation.
import { parseArgs } from 'node:util'
import { Bench } from 'tinybench'
import { measured, type BenchOptions, type Measurement } from './measurement.ts'
import { measurementLine, print } from './report.ts'

export interface BenchCase {
  /** Row of the goal table; '' for information. */
  readonly row: string
  readonly name: string
  /** What the peer is. */
  readonly peer: string
  /** The ratio that the goal table asks for; null = information. */
  readonly goal: number | null
  /** Operations that one call of `ours` and of `theirs` does: enough to drown the timer's cost. */
  readonly opsPerCall: number
  readonly ours: () => void
  readonly theirs: () => void
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

/** Runs and prints those cases that `--only` asks for. */
export async function runCases(
  cases: readonly BenchCase[],
  options: BenchOptions,
): Promise<Measurement[]> {
  const measurements: Measurement[] = []
  for (const benchCase of cases.filter(({ name }) => name.includes(options.only))) {
    const measurement = await runCase(benchCase, options)
    measurements.push(measurement)
    print(`${measurementLine(measurement)}\n`)
  }
  return measurements
}

async function runCase(benchCase: BenchCase, options: BenchOptions): Promise<Measurement> {
  const { row, name, peer, goal, opsPerCall } = benchCase
  const ours: number[] = []
  const theirs: number[] = []
  for (let round = 0; round < options.rounds; round++) {
    // The order alternates, so that neither side always finds the warmer machine.
    const isOursFirst = round % 2 === 0
    if (isOursFirst) ours.push(await medianNs(benchCase.ours, options.timeMs))
    theirs.push(await medianNs(benchCase.theirs, options.timeMs))
    if (!isOursFirst) ours.push(await medianNs(benchCase.ours, options.timeMs))
  }
  const perOp = (callNs: number): number => callNs / opsPerCall
  return measured(
    { row, name, against: peer, unit: 'ns', goal },
    ours.map(perOp),
    theirs.map(perOp),
  )
}

async function medianNs(run: () => void, timeMs: number): Promise<number> {
  const bench = new Bench({ time: timeMs, warmupTime: timeMs / 4 })
  bench.add('case', run)
  await bench.run()
  const result = bench.tasks[0]?.result
  if (result === undefined || !('latency' in result)) throw new Error('a case did not finish')
  return result.latency.p50 * 1e6
}
