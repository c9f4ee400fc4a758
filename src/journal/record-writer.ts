// Hot path.
// Writes one journal record field by field straight into the ring's shared memory. It numbers
// the records and pads them; the checksum is left to the journal's writer, off this thread.
// Typed-array stores only: a DataView over shared memory costs three times as much.
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
  readonly #bytes: Uint8Array
  readonly #words16: Uint16Array
  readonly #words32: Uint32Array
  readonly #doubles: Float64Array
  readonly #encoder = new TextEncoder()
  #start = 0
  #at = 0

  /** `sequence` is that of the last record already in the journal, 0 for a new one. */
  constructor(producer: RingProducer, sequence: number) {
    assert(sequence >= 0, 'sequences begin at 1')
    this.sequence = sequence
    this.#producer = producer
    const { bytes } = producer.ring
    this.#bytes = bytes
    this.#words16 = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2)
    this.#words32 = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
    this.#doubles = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8)
  }

  /**
   * Begins a record of at most `recordBytesMax` bytes, header included.
   * Full or TooLarge mean that nothing was written and no sequence was used.
   */
  begin(kind: number, version: number, recordBytesMax: number, nowNs: number): Outcome {
    const bytesMax = (recordBytesMax + 7) & ~7
    if (bytesMax > JOURNAL_RECORD_BYTES_MAX) return Outcome.TooLarge
    const start = this.#producer.begin(bytesMax)
    if (start < 0) return Outcome.Full
    const words32 = this.#words32
    const sequence = this.sequence + 1
    words32[(start + CRC_OFFSET) >> 2] = 0
    this.#words16[(start + KIND_OFFSET) >> 1] = kind
    this.#words16[(start + VERSION_OFFSET) >> 1] = version
    words32[(start + FLAGS_OFFSET) >> 2] = 0
    words32[(start + SEQUENCE_OFFSET) >> 2] = sequence >>> 0
    words32[(start + SEQUENCE_OFFSET + 4) >> 2] = sequence / 2 ** 32
    this.#doubles[(start + NOW_NS_OFFSET) >> 3] = nowNs
    this.#start = start
    this.#at = start + RECORD_HEADER_BYTES
    return Outcome.Ok
  }

  /** Pads, numbers and publishes. Always Ok, so that callers can end with it. */
  commit(): Outcome {
    const start = this.#start
    const bytes = this.#bytes
    let at = this.#at
    while ((at & 7) !== 0) bytes[at++] = 0
    const length = at - start
    this.#words32[(start + LENGTH_OFFSET) >> 2] = length
    this.#producer.commit(length)
    this.sequence++
    return Outcome.Ok
  }

  u8(value: number): void {
    this.#bytes[this.#at++] = value
  }

  u16(value: number): void {
    this.#words16[this.#at >> 1] = value
    this.#at += 2
  }

  u32(value: number): void {
    this.#words32[this.#at >> 2] = value
    this.#at += 4
  }

  i32(value: number): void {
    this.#words32[this.#at >> 2] = value
    this.#at += 4
  }

  f64(value: number): void {
    this.#doubles[this.#at >> 3] = value
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
    this.#endText(count)
  }

  #wideText(value: string): void {
    const start = this.#at + 2
    const room = this.#bytes.subarray(start, start + value.length * UTF8_BYTES_MAX)
    this.#endText(this.#encoder.encodeInto(value, room).written)
  }

  #endText(textBytes: number): void {
    assert(textBytes <= TEXT_BYTES_MAX, 'a text is bounded by its record')
    const at = this.#at
    this.#bytes[at] = textBytes & 0xff
    this.#bytes[at + 1] = textBytes >> 8
    this.#at = at + 2 + textBytes
  }
}

/** Most bytes that `text` can take in a record beyond its count. */
export function textBytesMax(text: string): number {
  return text.length * UTF8_BYTES_MAX
}
