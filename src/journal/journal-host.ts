// Owns the journal's life around the engine: lock, read, decide the incarnation, start the
// writer, stop it, archive. The engine sees the history, then a Journal; nothing else here is
// on its path. When `start` returns, the incarnation is on the medium and sending is safe.
import { readdirSync, renameSync } from 'node:fs'
import { constants as system } from 'node:os'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { assert } from '#core/assert.ts'
import type { Clock } from '#core/clock.ts'
import { EngineError, errorText } from '#core/engine-error.ts'
import { Outcome } from '#core/outcome.ts'
import type { SharedRing } from '#core/shared-ring.ts'
import { US_PER_MS, type MonoNs } from '#core/units.ts'
import {
  compactSegments,
  removeLeftovers,
  compactionText,
  type Compaction,
  type CompactionJob,
  type Compactor,
  type SnapshotOf,
} from './compaction.ts'
import { nextIncarnation, recordedIncarnation, recordIncarnation } from './incarnation.ts'
import { allocateJournalRing, DiskState, JournalWord, StopAnswer } from './journal-ring.ts'
import { Journal } from './journal.ts'
import type { JournalWorkerData, SegmentsClosed } from './journal-worker.ts'
import { NodeDisk } from './node-disk.ts'
import { readSegments, type JournalHistory } from './reader.ts'
import { FORMAT_VERSION } from './record-layout.ts'
import { beginIncarnation, type SegmentStart } from './segment-writer.ts'
import { lockStateDir, type StateDirLock } from './state-dir-lock.ts'
import {
  journalDirectory,
  makeDirectory,
  prepareStateDir,
  runsDirectory,
  segmentFiles,
  unwritable,
} from './state-dir.ts'

/** What a worker that has ended calls its thread. */
const NO_THREAD = -1

export interface JournalHostOptions {
  /** 0 to 255; a journal of another instance is refused. */
  readonly instance: number
  readonly clock: Clock
  /** Starts src/journal/journal-worker.ts, wherever its code lies. */
  readonly spawnJournalWorker: (data: JournalWorkerData) => Worker
  /** Makes what compacts closed segments; where it is missing, they wait for the next start. */
  readonly createCompactor?: () => Compactor
}

/** What the first record of an incarnation says beside its number and time. */
export interface RunFacts {
  readonly configHash: string
  readonly mode: string
}

/**
 * Locks the state directory and reads its journal.
 * @throws EngineError `state_dir_unwritable`, `state_dir_locked`, `journal_newer_version`,
 *   `journal_other_instance`.
 */
export async function openJournal(
  stateDir: string,
  options: JournalHostOptions,
): Promise<JournalHost> {
  const path = prepareStateDir(stateDir)
  const lock = await lockStateDir(path)
  try {
    const history = readSegments(segmentFiles(journalDirectory(path)))
    refuseOtherInstance(path, history, options.instance)
    return new JournalHost(path, options, lock, history)
  } catch (thrown) {
    await lock.release()
    throw thrown
  }
}

export class JournalHost {
  /** Real path. */
  readonly stateDir: string
  readonly #options: JournalHostOptions
  readonly #lock: StateDirLock
  #history: JournalHistory
  #incarnation = 0
  #ring: SharedRing | null = null
  #worker: Worker | null = null
  #journal: Journal | null = null
  #compactor: Compactor | null = null
  #hasEnded = false
  #isCompacting = false
  #closedNumber = 0

  constructor(
    stateDir: string,
    options: JournalHostOptions,
    lock: StateDirLock,
    history: JournalHistory,
  ) {
    this.stateDir = stateDir
    this.#options = options
    this.#lock = lock
    this.#history = history
  }

  /** What earlier incarnations wrote; empty after `archive`, and given up at `start`. */
  get history(): JournalHistory {
    return this.#history
  }

  /** Of this run; 0 before `start`. */
  get incarnation(): number {
    return this.#incarnation
  }

  /** The oldest incarnation whose orders belong to this journal; null where nothing tells. */
  get incarnationFirst(): number | null {
    const { incarnationFirst, headerlessCount } = this.#history
    if (incarnationFirst !== null || headerlessCount === 0) return incarnationFirst
    // Its header is lost: its number is recorded beside the journal, too.
    return Math.max(1, recordedIncarnation(this.stateDir) - headerlessCount + 1)
  }

  /**
   * Moves the finished run to `<state_dir>/runs/<utc>` in one rename and begins anew.
   * Returns the folder's path. Only before `start`.
   */
  archive(): string {
    assert(this.#journal === null, 'a running journal is not archived')
    // The incarnation leaves with the segments, so it is recorded outside them first.
    const last = nextIncarnation(this.#history, recordedIncarnation(this.stateDir)) - 1
    const runs = runsDirectory(this.stateDir)
    try {
      recordIncarnation(this.stateDir, last)
      makeDirectory(runs)
      const run = this.#moveJournalInto(runs)
      makeDirectory(journalDirectory(this.stateDir))
      new NodeDisk(runs).syncNames()
      new NodeDisk(this.stateDir).syncNames()
      this.#history = readSegments([])
      return run
    } catch (thrown) {
      throw unwritable(this.stateDir, thrown)
    }
  }

  /**
   * Puts a snapshot in the place of everything read so far, which is then read anew. Null when the
   * journal must stay as it is. Only before `start`.
   * @throws what the disk throws, and EngineError `snapshot_unfaithful`; then nothing has changed.
   */
  compact(snapshotOf: SnapshotOf): Compaction | null {
    assert(this.#journal === null, 'a journal is compacted before it goes on')
    const history = this.#history
    const directory = journalDirectory(this.stateDir)
    // A damaged header may hide an incarnation: its number must outlive its segment.
    const last = nextIncarnation(history, recordedIncarnation(this.stateDir)) - 1
    if (history.headerlessCount > 0) recordIncarnation(this.stateDir, last)
    const files = segmentFiles(directory)
    const done = compactSegments(new NodeDisk(directory), files, history, snapshotOf)
    if (done !== null) this.#history = readSegments(segmentFiles(directory))
    return done
  }

  /**
   * Begins the next incarnation: its number and its first segment are on the medium when this
   * returns. The engine_start record is already appended.
   */
  start(facts: RunFacts): Journal {
    assert(this.#journal === null, 'a journal is started once')
    const { clock, instance } = this.#options
    const nowNs = clock.nowNs()
    const wallUs = clock.wallUs()
    const start = this.#begin(wallUs, nowNs)
    this.#ring = allocateJournalRing()
    const journal = new Journal(this.#ring, this.#history.lastSequence)
    journal.engineStart({ instance, incarnation: this.#incarnation, wallUs, ...facts }, nowNs)
    this.#worker = this.#spawn(this.#ring, start)
    this.#compactor = this.#options.createCompactor?.() ?? null
    this.#journal = journal
    // It holds the bytes of every segment, which nobody reads any more.
    this.#history = readSegments([])
    return journal
  }

  /**
   * Appends engine_end, waits until the writer has synced everything, and gives up the lock.
   * Answers false when the disk failed to the end and records are lost.
   */
  async close(clean: boolean, nowNs: MonoNs): Promise<boolean> {
    const saved = await this.#stopWriter(clean, nowNs)
    const compactor = this.#compactor
    this.#compactor = null
    await compactor?.close()
    await this.#lock.release()
    return saved
  }

  #begin(wallUs: number, nowNs: number): SegmentStart {
    const history = this.#history
    this.#incarnation = nextIncarnation(history, recordedIncarnation(this.stateDir))
    const header = {
      formatVersion: FORMAT_VERSION,
      instance: this.#options.instance,
      incarnation: this.#incarnation,
      firstSequence: history.lastSequence + 1,
      wallUs,
      nowNs,
    }
    const start = { number: history.lastSegmentNumber + 1, header }
    try {
      recordIncarnation(this.stateDir, this.#incarnation)
      const directory = journalDirectory(this.stateDir)
      const disk = new NodeDisk(directory)
      removeLeftovers(disk, history, readdirSync(directory))
      beginIncarnation(disk, start)
    } catch (thrown) {
      throw unwritable(this.stateDir, thrown)
    }
    return start
  }

  #spawn(ring: SharedRing, start: SegmentStart): Worker {
    const directory = journalDirectory(this.stateDir)
    const worker = this.#options.spawnJournalWorker({ ring: ring.buffer, directory, start })
    // A writer that died is a disk that fails: the engine stops creating orders.
    worker.on('error', () => markFailing(ring))
    worker.on('message', ({ closedNumber }: SegmentsClosed) => {
      void this.#compactClosed(directory, closedNumber)
    })
    worker.unref()
    return worker
  }

  /** One at a time; what is closed meanwhile is compacted together afterwards. */
  async #compactClosed(directory: string, closedNumber: number): Promise<void> {
    this.#closedNumber = closedNumber
    const compactor = this.#compactor
    if (compactor === null || this.#isCompacting) return
    this.#isCompacting = true
    let doneNumber = 0
    while (doneNumber < this.#closedNumber && this.#compactor !== null) {
      doneNumber = this.#closedNumber
      await this.#compactOnce(compactor, { directory, closedNumber: doneNumber })
    }
    this.#isCompacting = false
  }

  async #compactOnce(compactor: Compactor, job: CompactionJob): Promise<void> {
    try {
      const done = await compactor.compact(job)
      if (done === null) return
      this.#say('info', 'journal_compacted', compactionText(done))
    } catch (thrown) {
      // Given up with the engine, it is no news.
      if (this.#compactor === null) return
      const text = `closed segments stay as they are: ${errorText(thrown)}`
      this.#say('warn', 'journal_not_compacted', text)
    }
  }

  /** Nothing stands behind an engine_end: a clean end would be none. */
  #say(level: 'info' | 'warn', code: string, text: string): void {
    if (this.#hasEnded) return
    this.#journal?.notice(level, code, text, this.#options.clock.nowNs())
  }

  async #stopWriter(clean: boolean, nowNs: MonoNs): Promise<boolean> {
    const { words } = this.#ring ?? {}
    const worker = this.#worker
    if (words === undefined || worker === null) return true
    this.#hasEnded = true
    const isEndAppended = this.#journal?.engineEnd(clean, nowNs) === Outcome.Ok
    worker.ref()
    const exit = new Promise((resolve) => worker.once('exit', resolve))
    Atomics.store(words, JournalWord.Stop, 1)
    if (worker.threadId !== NO_THREAD) await exit
    this.#worker = null
    return isEndAppended && Atomics.load(words, JournalWord.Stopped) === StopAnswer.AllSynced
  }

  #moveJournalInto(runs: string): string {
    const wallMs = this.#options.clock.wallUs() / US_PER_MS
    const utc = new Date(wallMs).toISOString().replace(/[-:]|\.\d+/g, '')
    for (let attempt = 1; ; attempt++) {
      const run = join(runs, attempt === 1 ? utc : `${utc}-${attempt}`)
      try {
        // Renaming onto a folder that is not empty fails, so no archived run is ever replaced.
        renameSync(journalDirectory(this.stateDir), run)
        return run
      } catch (thrown) {
        const isTaken = thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOTEMPTY'
        if (!isTaken) throw thrown
      }
    }
  }
}

function refuseOtherInstance(path: string, history: JournalHistory, instance: number): void {
  const other = history.headers.find((header) => header.instance !== instance)
  if (other === undefined) return
  throw new EngineError(
    'journal_other_instance',
    `the journal in ${path} was written by instance ${other.instance}, this engine is instance ` +
      `${instance}: set instance: ${other.instance}, or another state_dir`,
    'fatal',
  )
}

function markFailing(ring: SharedRing): void {
  Atomics.store(ring.words, JournalWord.DiskErrno, system.errno.EIO)
  Atomics.store(ring.words, JournalWord.Disk, DiskState.Failing)
}
