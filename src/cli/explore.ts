// `floe explore`: runs seeds of the deterministic exploration and says what each proved.
import { writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { EngineError } from '#core/engine-error.ts'
import { cellCoverage, countCells } from '#explore/coverage.ts'
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
  countCells()
  for (let seed = first; seed < first + count; seed++) {
    const run = explore(seed)
    runs.push(run)
    if (run.broken !== '') sayBroken(run)
    const isProgressDue = runs.length % PROGRESS_EVERY === 0 || runs.length === count
    if (isProgressDue) process.stdout.write(`${runs.length}/${count} seeds\n`)
  }
  process.stdout.write(`${summaryOf(runs)}\n`)
  if (options.json !== undefined) {
    const document = { cells: cellCoverage(), seeds: runs.map(rowOf) }
    writeFileSync(options.json, `${JSON.stringify(document, null, 2)}\n`)
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
  const hash = createHash('sha256')
  for (const run of runs) hash.update(run.hash)
  const messages = addedUp(runs.map((run) => run.messages))
  const messageCount = [...messages.values()].reduce((total, times) => total + times, 0)
  return [
    `${runs.length} seeds, ${sum((run) => (run.broken === '' ? 0 : 1))} broken, ` +
      `${sum((run) => run.deaths)} deaths, ${messageCount} venue messages, ` +
      `${sum((run) => run.venueLines)} venue facts, ` +
      `${Math.round(sum((run) => run.virtualMs) / 1_000)} s of virtual time`,
    `messages and faults: ${countsText(messages)}`,
    `incidents: ${countsText(addedUp(runs.map((run) => run.incidents)))}`,
    `notices: ${countsText(addedUp(runs.map((run) => run.notices)))}`,
    `cells taken: ${cellsText()}`,
    `hash ${hash.digest('hex').slice(0, 16)}`,
  ].join('\n')
}

const rowOf = (run: Exploration) => ({
  ...run,
  messages: Object.fromEntries(run.messages),
  incidents: Object.fromEntries(run.incidents),
  notices: Object.fromEntries(run.notices),
})

const cellsText = (): string =>
  cellCoverage()
    .map(({ table, taken, cells }) => `${table} ${taken}/${cells}`)
    .join(', ')

function addedUp(counts: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const sums = new Map<string, number>()
  for (const [name, times] of counts.flatMap((map) => [...map])) {
    sums.set(name, (sums.get(name) ?? 0) + times)
  }
  return sums
}

function countsText(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return sorted.map(([name, times]) => `${name} ${times}`).join(', ') || 'none'
}

function wholeNumber(text: string, option: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new EngineError('bad_usage', `${option}: found "${text}", allowed a whole number`)
}
