// A segment that stands for everything before it: snapshot_begin, the facts, snapshot_end.
//
//   ├─ header ─┼─ snapshot_begin ─┼─ facts, numbered 2 … n−1 ─┼─ snapshot_end ─┤ end of the file
//     the covered journal's last;   n, what it covers            n again
//     firstSequence: what follows it
//
// Its records are numbered 1 to n for themselves, so that a missing or repeated one shows. It is
// whole, to the last byte of the file, or it is nothing: what a start knows comes from all of it.
import { assert } from '#core/assert.ts'
import { JOURNAL_RECORD_BYTES_MAX } from '#core/limits.ts'
import { Outcome } from '#core/outcome.ts'
import { RingConsumer, RingProducer, SharedRing } from '#core/shared-ring.ts'
import { decodeRecord, exactBytes, knownName, sequenceAt, writeBody } from './record-codec.ts'
import { RECORD_LAYOUTS, type RecordName } from './record-layout.ts'
import { viewOf, wholeRecordLength } from './record-scan.ts'
import { RecordWriter } from './record-writer.ts'
import {
  encodeSegmentHeader,
  sealRecord,
  SEGMENT_HEADER_BYTES,
  type SegmentHeader,
} from './segment-layout.ts'

/** One record of a snapshot, as who draws it up gives it: the body of its kind. */
export interface SnapshotRecord {
  readonly name: RecordName
  readonly body: object
  readonly nowNs: number
}

/** What the covered journal is to its reader, beside the facts. */
export interface CoveredJournal {
  /** Its last sequence. */
  readonly sequence: number
  /** The oldest incarnation whose orders it holds. */
  readonly incarnationFirst: number
  readonly lastWallUs: number
  readonly lastNowNs: number
  readonly endedClean: boolean
}

/** A whole snapshot as a reader finds it. */
export interface FoundSnapshot extends CoveredJournal {
  readonly records: number
}

const RING_BYTES = 1 << 20
const BYTES_FIRST = 1 << 16

/** True when a whole snapshot_begin is the segment's first record, whatever follows it. */
export function beginsSnapshot(bytes: Uint8Array, where: string): boolean {
  const view = viewOf(bytes)
  if (wholeRecordLength(bytes, view, SEGMENT_HEADER_BYTES) === 0) return false
  return decodeRecord(view, SEGMENT_HEADER_BYTES, where).kind === 'snapshot_begin'
}

/**
 * The snapshot in a segment with a whole header, or null unless every byte of it is as written.
 * @throws EngineError `journal_newer_version` naming `where`.
 */
export function findSnapshot(bytes: Uint8Array, where: string): FoundSnapshot | null {
  if (!beginsSnapshot(bytes, where)) return null
  const view = viewOf(bytes)
  const begin = decodeRecord(view, SEGMENT_HEADER_BYTES, where)
  let offset = SEGMENT_HEADER_BYTES
  let last = offset
  let records = 0
  while (offset < bytes.length) {
    const length = wholeRecordLength(bytes, view, offset)
    if (length === 0 || sequenceAt(view, offset) !== records + 1) return null
    knownName(view, offset, where)
    last = offset
    offset += length
    records++
  }
  const end = decodeRecord(view, last, where)
  if (begin.kind !== 'snapshot_begin' || end.kind !== 'snapshot_end') return null
  if (begin.records !== records || end.records !== records) return null
  return {
    sequence: begin.coveredSequence,
    incarnationFirst: begin.incarnationFirst,
    lastWallUs: end.lastWallUs,
    lastNowNs: end.nowNs,
    endedClean: end.endedClean,
    records,
  }
}

/** The bytes of a snapshot segment; `last` is the newest header of what it covers. */
export function encodeSnapshot(
  last: SegmentHeader,
  covered: CoveredJournal,
  facts: readonly SnapshotRecord[],
): Uint8Array {
  const records = facts.length + 2
  const { sequence, incarnationFirst, lastWallUs, lastNowNs, endedClean } = covered
  const output = new SnapshotOutput({ ...last, firstSequence: sequence + 1 })
  const begin = { coveredSequence: sequence, records, incarnationFirst }
  output.add({ name: 'snapshot_begin', body: begin, nowNs: last.nowNs })
  for (const fact of facts) output.add(fact)
  const end = { lastWallUs, records, endedClean }
  output.add({ name: 'snapshot_end', body: end, nowNs: lastNowNs })
  return output.bytes()
}

/** Records go through a ring, as the engine's do: one encoder serves both. */
class SnapshotOutput {
  readonly #ring = SharedRing.allocate(RING_BYTES)
  readonly #writer = new RecordWriter(new RingProducer(this.#ring), 0)
  readonly #consumer = new RingConsumer(this.#ring)
  #bytes = new Uint8Array(BYTES_FIRST)
  #words = new Uint32Array(this.#bytes.buffer)
  #size = SEGMENT_HEADER_BYTES

  constructor(header: SegmentHeader) {
    this.#bytes.set(encodeSegmentHeader(header))
  }

  add({ name, body, nowNs }: SnapshotRecord): void {
    const { kind, version } = RECORD_LAYOUTS[name]
    const outcome = this.#writer.begin(kind, version, exactBytes(name, body), nowNs)
    assert(outcome === Outcome.Ok, 'what a record once held fits a record')
    writeBody(this.#writer, name, body)
    this.#writer.commit()
    this.#takeOver()
  }

  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#size)
  }

  #takeOver(): void {
    const offset = this.#consumer.next()
    const size = this.#consumer.bodyBytes
    if (this.#size + JOURNAL_RECORD_BYTES_MAX > this.#bytes.length) this.#grow()
    this.#bytes.set(this.#ring.bytes.subarray(offset, offset + size), this.#size)
    this.#consumer.release()
    sealRecord(this.#words, this.#size)
    this.#size += size
  }

  #grow(): void {
    const bytes = new Uint8Array(2 * this.#bytes.length + JOURNAL_RECORD_BYTES_MAX)
    bytes.set(this.#bytes)
    this.#bytes = bytes
    this.#words = new Uint32Array(bytes.buffer)
  }
}
