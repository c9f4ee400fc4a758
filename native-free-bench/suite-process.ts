// A suite in a process of its own. What one suite did to the compiler's feedback, to the heap and
// to open sockets touches no other, so that a line's ratio does not depend on the suites that ran
// before it; and measuring a line again means it: V8 decides anew. The child is the gate's own
// entry with `--suite NAME`, so that flags of Node (`--import`) reach it too.
import { fork } from 'node:child_process'
import type { BenchOptions, Measurement, Suite } from './measurement.ts'
import { unmeasured, type Unmeasured } from './unmeasured.ts'

export interface SuiteReport {
  readonly measurements: readonly Measurement[]
  readonly unmeasured: readonly Unmeasured[]
  /** What it threw, or how its process ended; '' when all went well. */
  readonly failure: string
}

/** Far beyond what a suite may take: it hangs. */
const SUITE_LIMIT_MS = 5 * 60_000

/** The parent's side: starts the process, waits for its report. */
export function runSuiteProcess(
  entry: string,
  suite: string,
  { rounds, timeMs, only }: BenchOptions,
): Promise<SuiteReport> {
  const flags = ['--rounds', `${rounds}`, '--time', `${timeMs}`, '--only', only]
  // Plain JSON would turn an infinite ratio into null.
  const child = fork(entry, ['--suite', suite, ...flags], { serialization: 'advanced' })
  return new Promise((resolve) => {
    let report: SuiteReport | null = null
    let isOverdue = false
    const limit = setTimeout(() => {
      isOverdue = true
      child.kill('SIGKILL')
    }, SUITE_LIMIT_MS)
    child.once('message', (message: SuiteReport) => {
      report = message
    })
    child.once('exit', (code, signal) => {
      clearTimeout(limit)
      const ending = isOverdue ? 'did not end in time' : `its process ended with ${code ?? signal}`
      resolve(report ?? { measurements: [], unmeasured: [], failure: ending })
    })
  })
}

/** The child's side: measures, reports and ends, whatever the suite has left open. */
export async function reportSuite(
  suites: readonly Suite[],
  name: string,
  options: BenchOptions,
): Promise<void> {
  const suite = suites.find((one) => one.name === name)
  let measurements: Measurement[] = []
  let failure = suite === undefined ? 'there is no such suite' : ''
  try {
    measurements = (await suite?.measure(options)) ?? []
  } catch (error) {
    failure = error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
  const report: SuiteReport = { measurements, unmeasured: unmeasured(), failure }
  await new Promise<void>((resolve) => {
    if (process.send === undefined) resolve()
    else process.send(report, undefined, {}, () => resolve())
  })
  process.exit(0)
}
