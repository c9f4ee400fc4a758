// `floe explore`: runs seeds of the deterministic exploration and says what each proved.
import { writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { EngineError } from '#core/engine-error.ts'
import { explore, type Exploration } from '#explore/exploration.ts'
import { ExitCode } from './exit-code.ts'

export interface ExploreOptions {
  readonly seeds: string
  readonly firstSeed: string
  /** One seed alone, for replaying a failure. */
  readonly seed?: string
  readonly json?: string
}

const PROGRESS_EVERY = 10

export function exploreSeeds(options: ExploreOptions): number {
  const first = wholeNumber(options.seed ?? options.firstSeed, '--first-seed')
  const count = options.seed === undefined ? wholeNumber(options.seeds, '--seeds') : 1
  const runs: Exploration[] = []
  for (let seed = first; seed < first + count; seed++) {
    const run = explore(seed)
    runs.push(run)
    if (run.broken !== '') sayBroken(run)
    const isProgressDue = runs.length % PROGRESS_EVERY === 0 || runs.length === count
    if (isProgressDue) process.stdout.write(`${runs.length}/${count} seeds\n`)
  }
  process.stdout.write(`${summaryOf(runs)}\n`)
  if (options.json !== undefined) {
    const rows = runs.map((run) => ({ ...run, notices: Object.fromEntries(run.notices) }))
    writeFileSync(options.json, `${JSON.stringify(rows, null, 2)}\n`)
  }
  return runs.every(({ broken }) => broken === '') ? ExitCode.Done : ExitCode.Error
}

function sayBroken(run: Exploration): void {
  process.stdout.write(
    `seed ${run.seed}: ${run.broken}\n  replay: npm run explore -- --seed ${run.seed}\n`,
  )
}

function summaryOf(runs: readonly Exploration[]): string {
  const sum = (of: (run: Exploration) => number) => runs.reduce((total, run) => total + of(run), 0)
  const notices = new Map<string, number>()
  for (const run of runs) {
    for (const [code, times] of run.notices) notices.set(code, (notices.get(code) ?? 0) + times)
  }
  const hash = createHash('sha256')
  for (const run of runs) hash.update(run.hash)
  const counts = [...notices].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return [
    `${runs.length} seeds, ${sum((run) => (run.broken === '' ? 0 : 1))} broken, ` +
      `${sum((run) => run.deaths)} deaths, ${sum((run) => run.disconnects)} disconnects, ` +
      `${sum((run) => run.venueLines)} venue facts, ` +
      `${Math.round(sum((run) => run.virtualMs) / 1_000)} s of virtual time`,
    `seen: ${counts.map(([code, times]) => `${code} ${times}`).join(', ')}`,
    `hash ${hash.digest('hex').slice(0, 16)}`,
  ].join('\n')
}

function wholeNumber(text: string, option: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new EngineError('bad_usage', `${option}: found "${text}", allowed a whole number`)
}
