// Puts a snapshot in the place of the segments that it stands for. It is written beside them,
// proved, and only then takes the last one's name, so that a death at any instant leaves either
// all of them or the snapshot.
//
//   1  000007.floe.new written and synced     nothing has changed for a reader
//   2  renamed to 000007.floe, names synced   a reader begins there; 1 to 6 mean nothing any more
//   3  000001.floe to 000006.floe removed     what a death leaves of them, the next start removes
//
// What makes the facts of a snapshot from a history is given: this room knows bytes only.
import { EngineError } from '#core/engine-error.ts'
import { writeAll, type Disk } from './disk.ts'
import { readSegments, type JournalHistory, type SegmentFile } from './reader.ts'
import { FORMAT_VERSION } from './record-layout.ts'
import { segmentName, segmentNumber } from './segment-layout.ts'
import { encodeSnapshot, type SnapshotRecord } from './snapshot-segment.ts'

/** Of a file that is being written and is not in anybody's place yet. */
export const FRESH_SUFFIX = '.new'

/** The facts of everything in a history, or null when there is nothing to keep. */
export type SnapshotOf = (history: JournalHistory) => readonly SnapshotRecord[] | null

export interface Compaction {
  readonly recordsBefore: number
  readonly recordsAfter: number
  readonly bytesBefore: number
  readonly bytesAfter: number
  readonly segmentsBefore: number
}

/** Closed segments of a journal that goes on behind them. */
export interface CompactionJob {
  /** Where they lie. */
  readonly directory: string
  readonly closedNumber: number
}

/** Compacts beside the engine, on a thread of its own. */
export interface Compactor {
  /** Null when they must stay as they are; rejects with what the disk threw. */
  compact(job: CompactionJob): Promise<Compaction | null>
  /** Ends the thread, whatever it is doing: a death like any other. */
  close(): Promise<void>
}

/** Why these segments must stay as they are, '' when a snapshot may take their place. */
export function compactionHindrance(history: JournalHistory): string {
  if (history.recordCount === 0) return 'it holds no records'
  if (history.ending.kind === 'corrupt') return 'it is damaged'
  // What stands behind a damaged record is evidence: a person may want to look at it.
  return history.earlierBreaks.length > 0 ? 'it was damaged once' : ''
}

/**
 * Replaces all of `files`, which nobody writes any more. Null when something stands against it.
 * @throws EngineError `snapshot_unfaithful`, and what the disk throws; then nothing has changed.
 */
export function compactSegments(
  disk: Disk,
  files: readonly SegmentFile[],
  history: JournalHistory,
  snapshotOf: SnapshotOf,
): Compaction | null {
  if (compactionHindrance(history) !== '') return null
  const bytes = snapshotBytes(history, snapshotOf)
  if (bytes === null) return null
  const name = segmentName(history.lastSegmentNumber)
  const found = proved(name, bytes, snapshotOf)
  const older = files.map((file) => file.name).filter((other) => isSegment(other) && other !== name)
  replaceSegment(disk, name, bytes, older)
  return {
    recordsBefore: history.recordCount,
    recordsAfter: found.recordCount,
    bytesBefore: files.reduce((sum, file) => sum + file.bytes.length, 0),
    bytesAfter: bytes.length,
    segmentsBefore: files.length,
  }
}

/** One line for people. */
export function compactionText(done: Compaction): string {
  const { segmentsBefore, recordsBefore, recordsAfter, bytesBefore, bytesAfter } = done
  const before = `${recordsBefore} records in ${segmentsBefore} segments, ${sizeText(bytesBefore)}`
  return `a snapshot of ${recordsAfter} records, ${sizeText(bytesAfter)}, stands for ${before}`
}

/** What deaths have left of compactions; only by who holds the lock. */
export function removeLeftovers(
  disk: Disk,
  history: JournalHistory,
  names: readonly string[],
): void {
  const fresh = names.filter((name) => name.endsWith(FRESH_SUFFIX))
  for (const name of [...history.leftovers, ...fresh]) disk.remove(name)
}

const sizeText = (bytes: number): string => `${(bytes / 1_048_576).toFixed(1)} MiB`

const isSegment = (name: string): boolean => segmentNumber(name) > 0

function snapshotBytes(history: JournalHistory, snapshotOf: SnapshotOf): Uint8Array | null {
  const facts = snapshotOf(history)
  const last = history.headers.at(-1)
  if (facts === null || last === undefined) return null
  const { lastSequence, incarnationFirst, lastWallUs, lastNowNs, endedClean } = history
  return encodeSnapshot(
    { ...last, formatVersion: FORMAT_VERSION },
    {
      sequence: lastSequence,
      incarnationFirst: incarnationFirst ?? last.incarnation,
      lastWallUs,
      lastNowNs,
      endedClean,
    },
    facts,
  )
}

/** Reads it as the next start will: the facts found in it must make the same bytes again. */
function proved(name: string, bytes: Uint8Array, snapshotOf: SnapshotOf): JournalHistory {
  const found = readSegments([{ name, bytes }])
  const again = found.snapshot === null ? null : snapshotBytes(found, snapshotOf)
  if (again !== null && Buffer.compare(again, bytes) === 0) return found
  throw new EngineError(
    'snapshot_unfaithful',
    'a snapshot of the journal does not read back as it was taken; the journal stays whole',
  )
}

function replaceSegment(
  disk: Disk,
  name: string,
  bytes: Uint8Array,
  older: readonly string[],
): void {
  const fresh = `${name}${FRESH_SUFFIX}`
  try {
    writeFresh(disk, fresh, bytes)
  } catch (thrown) {
    // A full disk is not to be fuller for it.
    disk.remove(fresh)
    throw thrown
  }
  disk.rename(fresh, name)
  disk.syncNames()
  for (const other of older) disk.remove(other)
}

function writeFresh(disk: Disk, fresh: string, bytes: Uint8Array): void {
  disk.remove(fresh)
  const handle = disk.create(fresh)
  try {
    writeAll(disk, handle, bytes, 0)
    disk.sync(handle)
  } finally {
    disk.close(handle)
  }
  disk.syncNames()
}
