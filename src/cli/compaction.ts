// When a run takes snapshots of its journal: at the start, when reading it has become long, and
// beside the engine, when a segment is full.
import { Piscina } from 'piscina'
import { JOURNAL_TAIL_RECORDS_MAX } from '#core/limits.ts'
import { EngineError, errorText } from '#core/engine-error.ts'
import {
  compactionText,
  type Compaction,
  type CompactionJob,
  type Compactor,
} from '#journal/compaction.ts'
import { systemError } from '#journal/disk.ts'
import type { JournalHost } from '#journal/journal-host.ts'
import { recordsSinceSnapshot } from '#journal/reader.ts'
import type { Past } from '#loop/past.ts'
import { snapshotOf, snapshotOfPast } from '#loop/snapshot.ts'
import { workerUrl } from '#loop/spawn-worker.ts'

/**
 * Compacts what `past` was folded from when reading it has become long. Answers what was done, ''
 * for nothing. A disk that refuses costs the snapshot, not the run.
 */
export function compactIfLong(host: JournalHost, past: Past): string {
  const { history } = host
  // Where much is alive a snapshot is large: it pays when the tail has grown as long again.
  const tailRecordsMax = Math.max(JOURNAL_TAIL_RECORDS_MAX, history.snapshot?.records ?? 0)
  if (recordsSinceSnapshot(history) <= tailRecordsMax) return ''
  try {
    const done = host.compact((of) => (of === history ? snapshotOfPast(past) : snapshotOf(of)))
    return done === null ? '' : `journal: ${compactionText(done)}`
  } catch (thrown) {
    const isExpected = thrown instanceof EngineError || systemError(thrown).errno !== 0
    if (!isExpected) throw thrown
    return `warn: journal_not_compacted: ${errorText(thrown)}`
  }
}

/** A thread for jobs that end. It is there from the start: making one would stop the engine. */
export class PiscinaCompactor implements Compactor {
  readonly #pool = new Piscina({
    filename: workerUrl('compaction', import.meta.url).href,
    minThreads: 1,
    maxThreads: 1,
    idleTimeout: Infinity,
  })

  async compact(job: CompactionJob): Promise<Compaction | null> {
    const done: Compaction | null = await this.#pool.run(job, { name: 'compact' })
    return done
  }

  async close(): Promise<void> {
    await this.#pool.destroy()
  }
}
