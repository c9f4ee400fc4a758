// `floe explore`: runs seeds of the deterministic exploration, or a death at every record of a
// short scenario, on as many threads as asked, and says what each proved.
import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { EngineError } from '#core/engine-error.ts'
import { cellCoverage } from '#explore/coverage.ts'
import { crashName, crashPoints, SWEEP_SIDES, SWEEP_TASKS } from '#explore/crash-sweep.ts'
import { faultTimes } from '#explore/fault-kinds.ts'
import { Tally } from '#explore/tally.ts'
import { ExitCode } from './exit-code.ts'
import { doAll, type Done, type Work } from './explore-crew.ts'
import { SeedSeries } from './explore-file.ts'
import { missingFaults, summaryText } from './explore-text.ts'

export interface ExploreOptions {
  readonly seeds: string
  readonly firstSeed: string
  /** One seed alone, for replaying a failure. */
  readonly seed?: string
  readonly venue: string
  readonly jobs?: string
  readonly json?: string
  readonly resume?: string
  readonly requireAll?: boolean
  readonly hashOnly?: boolean
  readonly exhaustiveCrash?: boolean
  readonly task?: string
}

const VENUES = ['binance_spot']
const PROGRESS_EVERY = 10
const SAVE_EVERY = 20
/** Fewer seeds need not have seen every kind of fault. */
const SEEDS_FOR_ALL_KINDS = 200

export async function exploreSeeds(options: ExploreOptions): Promise<number> {
  requireOneOf(options.venue, VENUES, '--venue')
  if (options.exhaustiveCrash === true) return sweepCrashes(options)
  const first = wholeNumber(options.seed ?? options.firstSeed, '--first-seed')
  const count = options.seed === undefined ? wholeNumber(options.seeds, '--seeds') : 1
  const seeds = Array.from({ length: count }, (_, index) => first + index)
  const series = options.resume === undefined ? null : new SeedSeries(options.resume)
  const tally = series?.tally ?? new Tally()
  const left = seeds.filter((seed) => series?.isDone(seed) !== true)
  const report = new Progress(options, left.length)
  const stop = listenForSignals()
  await doAll(
    left,
    jobsOf(options, left.length),
    (done) => {
      tally.add(done.run)
      report.done(done)
      series?.done(done.run.seed)
      if (series !== null && report.count % SAVE_EVERY === 0) series.save()
    },
    () => stop.isAsked,
  )
  stop.close()
  series?.save()
  return conclude(tally, options, stop.isAsked)
}

/** Prints what was found, and decides how the process ends. */
function conclude(tally: Tally, options: ExploreOptions, isInterrupted: boolean): number {
  if (options.hashOnly === true) say(`hash ${tally.hash}`)
  else say(summaryText(tally))
  if (options.json !== undefined) writeFileSync(options.json, `${documentOf(tally)}\n`)
  if (isInterrupted) say('interrupted; the same command goes on where --resume names a file')
  const missing = missingFaults(tally.counts)
  const isThorough = tally.seeds >= SEEDS_FOR_ALL_KINDS
  const lacks = options.requireAll === true && isThorough && missing.length > 0
  if (lacks) say(`never happened in ${tally.seeds} seeds: ${missing.join(', ')}`)
  return tally.findings.length > 0 || lacks || isInterrupted ? ExitCode.Error : ExitCode.Done
}

async function sweepCrashes(options: ExploreOptions): Promise<number> {
  const task = requireOneOf(options.task ?? SWEEP_TASKS[0], SWEEP_TASKS, '--task')
  const points = SWEEP_SIDES.flatMap((side) => {
    const ofSide = crashPoints(task, side)
    say(`${task} ${side}: ${ofSide.length / 2} records, ${ofSide.length} deaths`)
    return ofSide
  })
  const tally = new Tally()
  const report = new Progress(options, points.length)
  const stop = listenForSignals()
  const onDone = (done: Done): void => {
    tally.add(done.run)
    report.done(done)
  }
  await doAll(points, jobsOf(options, points.length), onDone, () => stop.isAsked)
  stop.close()
  const died = `${tally.deaths} of ${points.length} deaths died`
  say(`${died}, ${tally.findings.length} broken, ${tally.records} journal records`)
  say(`hash ${tally.hash}`)
  return tally.findings.length > 0 || stop.isAsked ? ExitCode.Error : ExitCode.Done
}

/** Tells of findings as they come, and now and then how far it is. */
class Progress {
  count = 0
  readonly #total: number
  readonly #isQuiet: boolean

  constructor(options: ExploreOptions, total: number) {
    this.#total = total
    this.#isQuiet = options.hashOnly === true
  }

  done({ work, run }: Done): void {
    this.count++
    if (run.broken !== '') sayBroken(work, run.broken)
    const isDue = this.count % PROGRESS_EVERY === 0 || this.count === this.#total
    if (isDue && !this.#isQuiet) say(`${this.count}/${this.#total}`)
  }
}

function sayBroken(work: Work, broken: string): void {
  if (typeof work === 'number') {
    say(`seed ${work}: ${broken}\n  replay: npm run explore -- --seed ${work}`)
  } else say(`${crashName(work)}: ${broken}`)
}

function documentOf(tally: Tally): string {
  const faults = Object.fromEntries(faultTimes(tally.counts))
  const document = { ...tally.data(), faults, coverage: cellCoverage(tally.cells) }
  return JSON.stringify(document, null, 2)
}

interface StopWish {
  readonly isAsked: boolean
  close(): void
}

/** The first signal ends the series after what is under way; a second one ends the process. */
function listenForSignals(): StopWish {
  const wish = { isAsked: false, close }
  const onSignal = (): void => {
    wish.isAsked = true
    close()
  }
  function close(): void {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return wish
}

/** No more threads than there is work; a short series is not worth starting any. */
function jobsOf(options: ExploreOptions, workCount: number): number {
  const asked = options.jobs === undefined ? availableParallelism() : Number(options.jobs)
  if (!Number.isSafeInteger(asked) || asked < 1) {
    throw new EngineError('bad_usage', `--jobs: found "${options.jobs}", allowed 1 or more`)
  }
  return workCount < 4 && options.jobs === undefined ? 1 : Math.min(asked, Math.max(1, workCount))
}

function requireOneOf<Name extends string>(
  found: string,
  allowed: readonly Name[],
  option: string,
): Name {
  const name = allowed.find((one) => one === found)
  if (name !== undefined) return name
  throw new EngineError('bad_usage', `${option}: found "${found}", allowed ${allowed.join(', ')}`)
}

function wholeNumber(text: string, option: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new EngineError('bad_usage', `${option}: found "${text}", allowed a whole number`)
}

const say = (text: string): boolean => process.stdout.write(`${text}\n`)
