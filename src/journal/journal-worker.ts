// The journal's thread: alone with the disk. It polls the ring, because waking it would cost the
// hot thread more than a record does, and rests a millisecond when there is nothing.
import { parentPort, workerData } from 'node:worker_threads'
import { SharedRing } from '#core/shared-ring.ts'
import { JournalWord, StopAnswer } from './journal-ring.ts'
import { NodeDisk } from './node-disk.ts'
import { SegmentWriter, StepResult, type SegmentStart } from './segment-writer.ts'

export interface JournalWorkerData {
  readonly ring: SharedArrayBuffer
  /** Where the segments lie. */
  readonly directory: string
  readonly start: SegmentStart
  /** JOURNAL_SEGMENT_BYTES unless a test wants many segments soon. */
  readonly segmentBytes?: number
}

/** Said when a segment is full: it and those before it may be compacted. */
export interface SegmentsClosed {
  readonly closedNumber: number
}

const IDLE_MS = 1
const RETRY_MS = 100
/** A stop does not wait for a broken disk for ever: 3 s, then it says that records are lost. */
const STOP_RETRIES_MAX = 30

function run(data: JournalWorkerData): void {
  const ring = new SharedRing(data.ring)
  const { words } = ring
  const disk = new NodeDisk(data.directory)
  const writer = new SegmentWriter(ring, disk, data.start, data.segmentBytes)
  const rest = (ms: number) => Atomics.wait(words, JournalWord.Sleep, 0, ms)

  let { closedNumber } = writer
  let retriesWhileStopping = 0
  for (;;) {
    // Read before the ring: what was appended before the stop is then certainly seen.
    const isStopping = Atomics.load(words, JournalWord.Stop) === 1
    const result = writer.step()
    if (writer.closedNumber > closedNumber) {
      closedNumber = writer.closedNumber
      tellClosed({ closedNumber })
    }
    if (result === StepResult.Progress) continue
    if (result === StepResult.Idle) {
      if (isStopping) break
      rest(IDLE_MS)
      continue
    }
    if (isStopping && retriesWhileStopping++ === STOP_RETRIES_MAX) break
    rest(RETRY_MS)
  }
  writer.close()
  const isSaved = retriesWhileStopping <= STOP_RETRIES_MAX
  Atomics.store(words, JournalWord.Stopped, isSaved ? StopAnswer.AllSynced : StopAnswer.RecordsLost)
}

function tellClosed(closed: SegmentsClosed): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- no window here
  parentPort?.postMessage(closed)
}

run(workerData)
