// The job of compacting closed segments, on a thread that it has for itself: it reads and folds
// what may be a hundred megabytes while the engine trades.
import { compactSegments, type Compaction, type CompactionJob } from '#journal/compaction.ts'
import { NodeDisk } from '#journal/node-disk.ts'
import { readSegments } from '#journal/reader.ts'
import { segmentNumber } from '#journal/segment-layout.ts'
import { segmentFiles } from '#journal/state-dir.ts'
import { snapshotOf } from './snapshot.ts'

export function compact({ directory, closedNumber }: CompactionJob): Compaction | null {
  const closed = segmentFiles(directory, (name) => segmentNumber(name) <= closedNumber)
  return compactSegments(new NodeDisk(directory), closed, readSegments(closed), snapshotOf)
}
