// Moves records from the ring to segment files in groups: copy, checksum, write, sync, tell.
// One group is under way at a time and kept until it is synced, so a disk that fails costs
// nothing but time: the same bytes go to the same place again, which also covers a sync that
// failed and forgot its pages. Knows no thread, clock or file system: `step` is called.
import { assert } from '#core/assert.ts'
import { JOURNAL_RECORD_BYTES_MAX, JOURNAL_SEGMENT_BYTES } from '#core/limits.ts'
import { RingConsumer, type SharedRing } from '#core/shared-ring.ts'
import { systemError, writeAll, type Disk } from './disk.ts'
import { DiskState, JournalWord } from './journal-ring.ts'
import { sequenceAt } from './record-codec.ts'
import { RECORD_HEADER_BYTES } from './record-layout.ts'
import {
  encodeSegmentHeader,
  headerFrom,
  SEGMENT_HEADER_BYTES,
  sealRecord,
  segmentName,
  type SegmentHeader,
} from './segment-layout.ts'

/** Records that share one sync: enough to hide its cost, few enough to bound a power cut's take. */
const GROUP_RECORDS_MAX = 256
const GROUP_BYTES_MAX = 1 << 20

export const StepResult = {
  /** The ring was empty and everything is synced. */
  Idle: 0,
  Progress: 1,
  /** The disk refused: the group is kept, try again later. */
  Failed: 2,
} as const
export type StepResult = (typeof StepResult)[keyof typeof StepResult]

/** The segment that this incarnation has begun; its header is already on the disk. */
export interface SegmentStart {
  readonly number: number
  readonly header: SegmentHeader
}

export class SegmentWriter {
  readonly #disk: Disk
  readonly #words: Int32Array
  readonly #consumer: RingConsumer
  readonly #segmentBytes: number
  readonly #startHeader: SegmentHeader
  readonly #buffer = new Uint8Array(GROUP_BYTES_MAX + JOURNAL_RECORD_BYTES_MAX)
  readonly #view = new DataView(this.#buffer.buffer)
  readonly #words32 = new Uint32Array(this.#buffer.buffer)
  #groupBytes = 0
  #groupFirst = 0
  #groupLast: number
  #isWritten = false
  #number: number
  #handle = -1
  #headerIsSynced = true
  /** Where the next group goes in the current segment. */
  #position = SEGMENT_HEADER_BYTES

  constructor(
    ring: SharedRing,
    disk: Disk,
    start: SegmentStart,
    segmentBytes: number = JOURNAL_SEGMENT_BYTES,
  ) {
    this.#disk = disk
    this.#words = ring.words
    this.#consumer = new RingConsumer(ring)
    this.#segmentBytes = segmentBytes
    this.#startHeader = start.header
    this.#number = start.number
    this.#groupLast = start.header.firstSequence - 1
    Atomics.store(this.#words, JournalWord.Written, this.#groupLast | 0)
    Atomics.store(this.#words, JournalWord.Synced, this.#groupLast | 0)
  }

  /** The last segment that is whole and synced: nothing writes it, or those before it, again. */
  get closedNumber(): number {
    return this.#number - 1
  }

  /** Writes and syncs one group. */
  step(): StepResult {
    const written = this.write()
    return written === StepResult.Progress ? this.sync() : written
  }

  /** The first half of a step: a group reaches the operating system. */
  write(): StepResult {
    if (this.#groupBytes === 0) this.#collect()
    if (this.#groupBytes === 0) return StepResult.Idle
    if (this.#isWritten) return StepResult.Progress
    return this.#attempt(() => this.#writeGroup())
  }

  /** The second half: the group that was written reaches the medium. */
  sync(): StepResult {
    if (!this.#isWritten) return StepResult.Idle
    // Until the sync succeeds the group counts as unwritten: a failed one may have dropped pages.
    this.#isWritten = false
    return this.#attempt(() => this.#syncGroup())
  }

  /** Closes the file. Nothing is under way after a step that was Idle. */
  close(): void {
    if (this.#handle >= 0) this.#disk.close(this.#handle)
    this.#handle = -1
  }

  /** Copies records out of the ring, so that it has room again whatever the disk does. */
  #collect(): void {
    for (let count = 0; count < GROUP_RECORDS_MAX && this.#groupBytes < GROUP_BYTES_MAX; count++) {
      const offset = this.#consumer.next()
      if (offset < 0) break
      this.#copyWords(offset, this.#consumer.bodyBytes)
      sealRecord(this.#words32, this.#groupBytes)
      this.#groupBytes += this.#consumer.bodyBytes
    }
    this.#consumer.release()
    if (this.#groupBytes === 0) return
    this.#groupFirst = this.#groupLast + 1
    this.#groupLast = this.#lastSequenceInGroup()
  }

  /** Records are short and whole words: a loop beats the call that copies bytes. */
  #copyWords(offset: number, sizeBytes: number): void {
    const from = this.#consumer.ring.words32
    const to = this.#words32
    const start = offset >> 2
    const target = this.#groupBytes >> 2
    const count = sizeBytes >> 2
    for (let i = 0; i < count; i++) to[target + i] = from[start + i]!
  }

  #writeGroup(): void {
    if (this.#handle < 0) this.#handle = this.#disk.open(segmentName(this.#number))
    if (this.#position + this.#groupBytes > this.#segmentBytes) this.#roll()
    if (!this.#headerIsSynced) this.#beginSegment()
    const group = this.#buffer.subarray(0, this.#groupBytes)
    writeAll(this.#disk, this.#handle, group, this.#position)
    this.#isWritten = true
    Atomics.store(this.#words, JournalWord.Written, this.#groupLast | 0)
  }

  #syncGroup(): void {
    this.#disk.sync(this.#handle)
    this.#position += this.#groupBytes
    this.#groupBytes = 0
    Atomics.store(this.#words, JournalWord.Synced, this.#groupLast | 0)
    // Only a group that is safe ends an alarm: a write alone may still be lost.
    Atomics.store(this.#words, JournalWord.Disk, DiskState.Ok)
    Atomics.store(this.#words, JournalWord.DiskErrno, 0)
  }

  /** The segment is full: all of it is synced, the next one begins with the group at hand. */
  #roll(): void {
    if (this.#position === SEGMENT_HEADER_BYTES) return
    const handle = this.#disk.create(segmentName(this.#number + 1))
    this.#disk.close(this.#handle)
    this.#handle = handle
    this.#number++
    this.#position = SEGMENT_HEADER_BYTES
    this.#headerIsSynced = false
  }

  #beginSegment(): void {
    const header = encodeSegmentHeader(headerFrom(this.#startHeader, this.#groupFirst))
    writeAll(this.#disk, this.#handle, header, 0)
    this.#disk.sync(this.#handle)
    this.#disk.syncNames()
    this.#headerIsSynced = true
  }

  #attempt(work: () => void): StepResult {
    try {
      work()
    } catch (thrown) {
      const { errno, code } = systemError(thrown)
      if (errno === 0) throw thrown
      const isFull = code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG'
      Atomics.store(this.#words, JournalWord.DiskErrno, errno)
      Atomics.store(this.#words, JournalWord.Disk, isFull ? DiskState.Full : DiskState.Failing)
      return StepResult.Failed
    }
    return StepResult.Progress
  }

  #lastSequenceInGroup(): number {
    let offset = 0
    let last = 0
    while (offset < this.#groupBytes) {
      const length = this.#view.getUint32(offset, true)
      assert(length >= RECORD_HEADER_BYTES, 'a record in the ring has a length')
      last = offset
      offset += length
    }
    return sequenceAt(this.#view, last)
  }
}

/** Makes an incarnation's first segment, on the medium when this returns. */
export function beginIncarnation(disk: Disk, start: SegmentStart): void {
  const handle = disk.create(segmentName(start.number))
  try {
    writeAll(disk, handle, encodeSegmentHeader(start.header), 0)
    disk.sync(handle)
    disk.syncNames()
  } finally {
    disk.close(handle)
  }
}
