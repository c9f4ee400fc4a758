// Hot path.
// Writes one journal record field by field straight into the ring's shared memory. It numbers
// the records and pads them; the checksum is left to the journal's writer, off this thread.
import { assert } from '#core/assert.ts'
import { JOURNAL_RECORD_BYTES_MAX } from '#core/limits.ts'
import { Outcome } from '#core/outcome.ts'
import type { RingProducer } from '#core/shared-ring.ts'
import {
  CRC_OFFSET,
  FLAGS_OFFSET,
  KIND_OFFSET,
  LENGTH_OFFSET,
  NOW_NS_OFFSET,
  RECORD_HEADER_BYTES,
  SEQUENCE_OFFSET,
  VERSION_OFFSET,
} from './record-layout.ts'

const TEXT_BYTES_MAX = 65_535
/** UTF-8 bytes one UTF-16 unit can need. */
const UTF8_BYTES_MAX = 3

export class RecordWriter {
  /** Sequence of the last record committed. */
  sequence: number
  readonly #producer: RingProducer
  readonly #view: DataView
  readonly #bytes: Uint8Array
  readonly #encoder = new TextEncoder()
  #start = 0
  #at = 0

  /** `sequence` is that of the last record already in the journal, 0 for a new one. */
  constructor(producer: RingProducer, sequence: number) {
    assert(sequence >= 0, 'sequences begin at 1')
    this.sequence = sequence
    this.#producer = producer
    this.#view = producer.ring.view
    this.#bytes = producer.ring.bytes
  }

  /**
   * Begins a record of at most `recordBytesMax` bytes, header included.
   * Full or TooLarge mean that nothing was written and no sequence was used.
   */
  begin(kind: number, version: number, recordBytesMax: number, nowNs: number): Outcome {
    if (recordBytesMax > JOURNAL_RECORD_BYTES_MAX - 8) return Outcome.TooLarge
    const start = this.#producer.begin((recordBytesMax + 7) & ~7)
    if (start < 0) return Outcome.Full
    const view = this.#view
    const sequence = this.sequence + 1
    view.setUint32(start + CRC_OFFSET, 0, true)
    view.setUint16(start + KIND_OFFSET, kind, true)
    view.setUint16(start + VERSION_OFFSET, version, true)
    view.setUint32(start + FLAGS_OFFSET, 0, true)
    view.setUint32(start + SEQUENCE_OFFSET, sequence >>> 0, true)
    view.setUint32(start + SEQUENCE_OFFSET + 4, Math.floor(sequence / 2 ** 32), true)
    view.setFloat64(start + NOW_NS_OFFSET, nowNs, true)
    this.#start = start
    this.#at = start + RECORD_HEADER_BYTES
    return Outcome.Ok
  }

  /** Pads, numbers and publishes. Always Ok, so that callers can end with it. */
  commit(): Outcome {
    while ((this.#at & 7) !== 0) this.#bytes[this.#at++] = 0
    const length = this.#at - this.#start
    this.#view.setUint32(this.#start + LENGTH_OFFSET, length, true)
    this.#producer.commit(length)
    this.sequence++
    return Outcome.Ok
  }

  u8(value: number): void {
    this.#bytes[this.#at++] = value
  }

  u16(value: number): void {
    this.#view.setUint16(this.#at, value, true)
    this.#at += 2
  }

  u32(value: number): void {
    this.#view.setUint32(this.#at, value, true)
    this.#at += 4
  }

  i32(value: number): void {
    this.#view.setInt32(this.#at, value, true)
    this.#at += 4
  }

  f64(value: number): void {
    this.#view.setFloat64(this.#at, value, true)
    this.#at += 8
  }

  flag(value: boolean): void {
    this.#bytes[this.#at++] = value ? 1 : 0
  }

  /** Ids and codes are short ASCII, where a loop beats the encoder's call; the rest is its job. */
  text(value: string): void {
    const bytes = this.#bytes
    const start = this.#at + 2
    const count = value.length
    for (let i = 0; i < count; i++) {
      const unit = value.charCodeAt(i)
      if (unit > 127) {
        this.#wideText(value)
        return
      }
      bytes[start + i] = unit
    }
    assert(count <= TEXT_BYTES_MAX, 'a text is bounded by its record')
    this.#view.setUint16(this.#at, count, true)
    this.#at = start + count
  }

  #wideText(value: string): void {
    const start = this.#at + 2
    const room = this.#bytes.subarray(start, start + value.length * UTF8_BYTES_MAX)
    const { written } = this.#encoder.encodeInto(value, room)
    assert(written <= TEXT_BYTES_MAX, 'a text is bounded by its record')
    this.#view.setUint16(this.#at, written, true)
    this.#at = start + written
  }
}

/** Most bytes that `text` can take in a record beyond its count. */
export function textBytesMax(text: string): number {
  return text.length * UTF8_BYTES_MAX
}
