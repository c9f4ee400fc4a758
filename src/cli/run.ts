// `floe run`: brings a configuration to life and sees it through to an honest end.
//
//   configuration → journal (lock, past) → venues → engine → turns … → stop → report → exit code
//
// All of this is cold. The engine decides; this file only starts it, shows it and ends it.
import { createHash } from 'node:crypto'
import { join, resolve } from 'node:path'
import type { FloeConfig } from '#config/config.ts'
import { loadConfig } from '#config/loader.ts'
import { startControl, type ControlHost } from '#control/control-host.ts'
import { EngineError } from '#core/engine-error.ts'
import { Prng } from '#core/prng.ts'
import { RealClock } from '#core/real-clock.ts'
import { NS_PER_S } from '#core/units.ts'
import { openJournal, type JournalHost } from '#journal/journal-host.ts'
import { WASM_KERNELS } from '#kernel/kernels.ts'
import { EventLoop } from '#loop/event-loop.ts'
import { spawnWorker } from '#loop/spawn-worker.ts'
import { planTasks, type PlannedTask } from '#loop/task-plan.ts'
import { openLog, type OpenLog } from '#log/log-host.ts'
import type { Notice } from '#log/notice-log.ts'
import { venueDirectory, venueRecordPath } from '#sim/host-state.ts'
import { EventLoopDelay } from '#telemetry/event-loop-delay.ts'
import { LatencyRecorder } from '#telemetry/latency-recorder.ts'
import { latencyRow } from '#telemetry/latency-report.ts'
import { NetDialer } from '#wire/net-link.ts'
import { WarmLink } from '#wire/warm-link.ts'
import { Engine } from '#engine.ts'
import { busyPollLine } from './busy-poll.ts'
import { PiscinaCompactor } from './compaction.ts'
import { ExitCode } from './exit-code.ts'
import { watchedAccounts } from './kill-alone.ts'
import { rehearse } from './rehearsal.ts'
import type { RunOptions } from './run-options.ts'
import { RunHazards } from './run-hazards.ts'
import { openHistory, type RunHistory } from './run-history.ts'
import { RunKill } from './run-kill.ts'
import { finalReport, requireWritableReport, writeJsonReport } from './run-report.ts'
import { resolveVenues, type RunVenues } from './run-sources.ts'
import { StatusLine } from './status-line.ts'
import { findRunning } from './venue-process.ts'
import { requireTaskParameters } from './task-parameters.ts'
import { WatchdogLink } from './watchdog-link.ts'

const WATCH_EVERY_MS = 100
const STATUS_EVERY_MS = 250
/** Each time; with more tasks those that stand still are published more rarely. */
const TASKS_PUBLISHED_MAX = 64
/** On the status line. */
const TASKS_SHOWN_MAX = 8
/** How long a stop waits for venues to confirm that nothing of ours is open. */
const STOP_TIMEOUT_MS = 10_000
/** Real orders are worth trying for; an embedded venue that does not answer is gone. */
const WATCHDOG_PATIENCE_NS = {
  sim: 120 * NS_PER_S,
  paper: 120 * NS_PER_S,
  live: 86_400 * NS_PER_S,
} as const
/** Listings must come within this, else the run gives up instead of waiting in silence. */
const OPEN_TIMEOUT_MS = 60_000

/** @throws EngineError for everything that a user can mend. */
export async function runEngine(configPath: string, options: RunOptions): Promise<number> {
  const config = configured(configPath, options)
  const clock = new RealClock()
  const host = await openJournal(config.stateDir, {
    instance: config.instance,
    clock,
    spawnJournalWorker: (data) => spawnWorker('journal', data),
    createCompactor: () => new PiscinaCompactor(),
  })
  try {
    return await new Run(config, options, clock, host).toTheEnd()
  } catch (thrown) {
    // A second close after a run's own does nothing.
    await host.close(false, clock.nowNs())
    throw thrown
  }
}

function configured(configPath: string, options: RunOptions): FloeConfig {
  const config = loadConfig(configPath)
  requireTaskParameters(config)
  if (config.mode === 'live' && options.liveConfirmed !== true) {
    throw new EngineError(
      'bad_usage',
      'mode live sends real orders; say --live-confirmed if that is what you want',
    )
  }
  if (options.json !== undefined) requireWritableReport(options.json)
  if (options.capture === undefined) return config
  if (config.mode !== 'sim') throw new EngineError('bad_usage', '--capture goes with mode: sim')
  const file = resolve(options.capture)
  return { ...config, sim: { ...config.sim, market: { source: 'capture', file, speed: 1 } } }
}

/** What a run has before it can trade. */
interface RunParts {
  readonly history: RunHistory
  readonly plans: readonly PlannedTask[]
  readonly venues: RunVenues
  readonly log: OpenLog
  readonly kill: RunKill
}

class Run {
  readonly #config: FloeConfig
  readonly #options: RunOptions
  readonly #clock: RealClock
  readonly #host: JournalHost
  readonly #status = new StatusLine(process.stdout)
  readonly #latencies = {
    tickToOrder: new LatencyRecorder('tick_to_order'),
    turn: new LatencyRecorder('turn'),
    ack: new LatencyRecorder('ack'),
  }
  readonly #loopDelay = new EventLoopDelay()
  #lastShown: Notice | null = null
  #engine: Engine | null = null
  #watchdog: WatchdogLink | null = null
  #isInterrupted = false
  #crash: unknown = null

  constructor(config: FloeConfig, options: RunOptions, clock: RealClock, host: JournalHost) {
    this.#config = config
    this.#options = options
    this.#clock = clock
    this.#host = host
  }

  async toTheEnd(): Promise<number> {
    const { stateDir, mode } = this.#config
    const isVenueRunning = (await findRunning(venueRecordPath(stateDir))) !== undefined
    const history = openHistory(this.#host, {
      fresh: this.#options.fresh === true,
      // A venue that still runs writes its ledger on: its balances are the present.
      venueDirectory: mode === 'sim' && !isVenueRunning ? venueDirectory(stateDir) : null,
    })
    this.#status.print(`floe ${mode}: ${history.firstLine}`)
    this.#tellOfBusyPoll()
    const plans = planTasks(this.#config.tasks, history.past, {
      update: this.#options.update === true,
    })
    const stopListening = this.#listenForSignals()
    const say = (text: string): void => this.#status.print(text)
    const kill = new RunKill(stateDir, history.past.killCause, say)
    const venues = await resolveVenues(this.#config)
    await this.#warmUp(history)
    const log = openLog(stateDir, (data) => spawnWorker('desk', data))
    try {
      this.#status.print(`venues: ${venues.description}`)
      hideSecrets(log, venues)
      return await this.#trade({ history, plans, venues, log, kill })
    } catch (thrown) {
      // With nothing of ours left there, venues that were brought up for this run end with it.
      const isClean = this.#engine?.isQuiet ?? history.past.isSettled
      if (isClean) await venues.ended()
      await this.#host.close(isClean, this.#clock.nowNs())
      throw thrown
    } finally {
      stopListening()
      kill.close()
      await log.close()
      this.#status.end()
    }
  }

  #tellOfBusyPoll(): void {
    const line = busyPollLine(this.#config.busyPoll)
    if (line === null) return
    const level = line.isWarning === true ? 'warn: ' : ''
    this.#status.print(`${level}${line.what}: ${line.detail}`)
  }

  /** Orders that an earlier run may have left open come first: then nothing is rehearsed. */
  async #warmUp({ past }: RunHistory): Promise<void> {
    const { warmUpNs } = this.#config
    if (warmUpNs === 0 || !past.isSettled) return
    const orders = await rehearse(warmUpNs, this.#clock, {
      isInterrupted: () => this.#isInterrupted,
      tell: (text) => this.#status.progress(text),
    })
    this.#status.print(`warm-up: ${orders} orders rehearsed`)
  }

  async #trade(parts: RunParts): Promise<number> {
    const { stateDir } = this.#config
    const indexEnd = Math.max(0, ...parts.plans.map(({ index }) => index + 1))
    const control = await startControl(stateDir, this.#config.control.port, indexEnd)
    this.#status.print(`control: ${control.url} (token in ${join(stateDir, 'control.json')})`)
    const { busyPoll, keepWarm } = this.#config
    // It needs the loop only once it is open.
    const warmDialer = new NetDialer(this.#clock, (nowNs) => loop.afterRead(nowNs))
    const warmLink = keepWarm ? new WarmLink(warmDialer) : null
    const loop: EventLoop = new EventLoop({
      clock: this.#clock,
      idling: { isBusyPolling: busyPoll, isKeepingWarm: keepWarm },
      warmLink,
      onCrash: (thrown) => {
        this.#crash = thrown
      },
    })
    try {
      const engine = this.#buildEngine(parts, loop, control)
      this.#engine = engine
      engine.start(this.#clock.nowNs())
      loop.start(engine)
      parts.kill.attach({ engine, loop, clock: this.#clock })
      this.#loopDelay.start()
      const hazards = new RunHazards({ engine, loop, clock: this.#clock, ...parts })
      await this.#watch(engine, hazards, control, parts.log)
      await this.#stop(engine)
      const code = await this.#finish(engine, loop, parts)
      if (hazards.failure !== null) throw hazards.failure
      return code
    } finally {
      loop.stop()
      warmLink?.close()
      this.#loopDelay.stop()
      this.#disconnect()
      await control.stop()
    }
  }

  #buildEngine(parts: RunParts, loop: EventLoop, control: ControlHost): Engine {
    const { history, plans, venues, log, kill } = parts
    const { mode, watchdog } = this.#config
    const journal = this.#host.start({ configHash: hashOf(this.#config), mode })
    if (watchdog.enabled) this.#watchdog = this.#watchdogFor(parts)
    return new Engine({
      clock: this.#clock,
      dialer: new NetDialer(this.#clock, loop.afterRead),
      kernels: WASM_KERNELS,
      prng: new Prng(randomSeed()),
      notices: log.log,
      journal,
      past: history.past,
      plans,
      instance: this.#config.instance,
      incarnation: this.#host.incarnation,
      incarnationFirst: history.incarnationFirst ?? this.#host.incarnation,
      seed: this.#config.sim.seed,
      risk: this.#config.risk,
      venues: venues.venues,
      latencies: this.#latencies,
      commands: control.commands,
      kill,
      ...(this.#watchdog === null ? {} : { watched: this.#watchdog }),
    })
  }

  /** Once the incarnation is known: it names the orders that are ours to take back. */
  #watchdogFor({ venues, log }: RunParts): WatchdogLink {
    const { instance, watchdog, mode } = this.#config
    const { incarnation, stateDir } = this.#host
    const accounts = watchedAccounts(venues)
    const { silenceNs } = watchdog
    const patienceNs = WATCHDOG_PATIENCE_NS[mode]
    const spec = { instance, incarnation, silenceNs, patienceNs, accounts }
    this.#status.print(`watchdog: takes orders back after ${silenceNs / NS_PER_S} s of silence`)
    return new WatchdogLink({ stateDir, spec, notices: log.log })
  }

  /** The watchdog is told that all is well only where nothing of ours can be open. */
  #disconnect(): void {
    const engine = this.#engine
    if (engine === null) return
    engine.disconnect(this.#clock.nowNs())
    if (engine.isQuiet) this.#watchdog?.goodbye()
  }

  /** Until every task has ended, a person interrupts, or something ends the run. */
  async #watch(
    engine: Engine,
    hazards: RunHazards,
    control: ControlHost,
    log: OpenLog,
  ): Promise<void> {
    const startedMs = Date.now()
    const isUntilDone = this.#options.untilDone === true
    let shownMs = 0
    for (;;) {
      this.#throwIfBroken(engine)
      hazards.look(isUntilDone)
      this.#showNotices(log)
      const elapsedMs = Date.now() - startedMs
      if (engine.isOpen && isUntilDone && engine.tasks.areAllOver) return
      if (this.#isInterrupted || hazards.failure !== null) return
      if (!engine.isOpen && elapsedMs > OPEN_TIMEOUT_MS) {
        throw new EngineError('venues_silent', 'the venues gave no listings for a minute')
      }
      if (elapsedMs - shownMs >= STATUS_EVERY_MS) {
        shownMs = elapsedMs
        this.#publishStatus(engine, control)
        const { tasks } = engine
        const shown = tasks.reports(this.#clock.nowNs(), TASKS_SHOWN_MAX)
        this.#status.show(shown, tasks.count - shown.length, elapsedMs)
      }
      await sleep(WATCH_EVERY_MS)
    }
  }

  #publishStatus({ tasks }: Engine, { status }: ControlHost): void {
    tasks.tell(TASKS_PUBLISHED_MAX, this.#clock.nowNs(), (index, report) => {
      status.publishTask(index, report)
    })
    const { mode } = this.#config
    status.publish({ mode, wallUs: this.#clock.wallUs(), rows: tasks.indexEnd })
  }

  /** Working orders are taken back; an unfinished task goes on at the next start. */
  async #stop(engine: Engine): Promise<void> {
    const deadlineMs = Date.now() + STOP_TIMEOUT_MS
    engine.stop(this.#clock.nowNs())
    while (!engine.isQuiet && Date.now() < deadlineMs) {
      this.#throwIfBroken(engine)
      await sleep(WATCH_EVERY_MS / 10)
    }
  }

  async #finish(engine: Engine, loop: EventLoop, { venues, log }: RunParts): Promise<number> {
    const nowNs = this.#clock.nowNs()
    const reports = engine.tasks.reports(nowNs)
    const isClean = engine.isQuiet
    const isCompleted = engine.isOpen && engine.tasks.areAllCompleted
    loop.stop()
    this.#disconnect()
    const isSaved = await this.#host.close(isClean, nowNs)
    if (isClean) await venues.ended()
    this.#showNotices(log)
    this.#status.end()
    const { tickToOrder, turn, ack } = this.#latencies
    const latencies = [...[tickToOrder, turn, ack].map(latencyRow), this.#loopDelay.row()]
    this.#status.print(`\n${finalReport(reports, latencies)}`)
    if (!isClean) this.#status.print('not every order is settled; start again to settle them')
    const lost = new EngineError('journal_lost', 'the disk failed: the end of the journal is lost')
    // The report may go to the same disk and fail as well: the greater loss is said first.
    if (!isSaved) this.#status.print(lost.message)
    if (this.#options.json !== undefined) {
      writeJsonReport(this.#options.json, this.#config.mode, reports, latencies)
    }
    if (!isSaved) throw lost
    return isCompleted ? ExitCode.Done : ExitCode.TasksNotCompleted
  }

  /** What a person should see now; the rest is in floe.log. */
  #showNotices(log: OpenLog): void {
    const { latest } = log.log
    const from = this.#lastShown === null ? 0 : latest.indexOf(this.#lastShown) + 1
    for (const notice of latest.slice(from)) {
      if (notice.level !== 'info') {
        this.#status.print(`${notice.level}: ${notice.code}: ${notice.text}`)
      }
      this.#lastShown = notice
    }
  }

  #throwIfBroken(engine: Engine): void {
    if (this.#crash !== null) throw this.#crash
    if (engine.failure !== null) throw engine.failure
  }

  /** The first signal stops gracefully; a second one ends the process as the system would. */
  #listenForSignals(): () => void {
    const onSignal = (): void => {
      this.#status.print('stopping: taking working orders back (again to end at once)')
      this.#isInterrupted = true
    }
    process.once('SIGINT', onSignal)
    process.once('SIGTERM', onSignal)
    return () => {
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
    }
  }
}

function hideSecrets(log: OpenLog, { venues }: RunVenues): void {
  for (const { credentials } of venues.flatMap((venue) => venue.accounts)) {
    log.log.hide(credentials.key)
    log.log.hide(credentials.secret)
  }
}

/** Tells two runs of one journal apart by what they were told; secrets are not part of it. */
const hashOf = (config: FloeConfig): string =>
  createHash('sha256').update(JSON.stringify(config)).digest('hex').slice(0, 16)

/** Mask keys and jitter of connections need no replay in a live process. */
const randomSeed = (): number => (Date.now() ^ (process.pid << 16)) >>> 0

const sleep = (ms: number): Promise<void> =>
  new Promise((resolved) => {
    setTimeout(resolved, ms)
  })
