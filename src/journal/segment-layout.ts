// The bytes of a journal segment: a 64-byte header, then whole records until the file ends.
//
//   0        8          12      16         20            24              32       40      48
//   ├─magic──┼─version──┼─crc32─┼─instance─┼─incarnation─┼─firstSequence─┼─wallUs─┼─nowNs─┼─ 0 … ┤
//     8 B       u32       u32     u32        u32           u64             f64      f64     16 B
//
// crc32 covers the other 60 bytes. wallUs and nowNs are those of the incarnation's start, in each
// of its segments. firstSequence says which history the segment continues: a reader goes on with
// it only if that is exactly what it has read so far.
import { crc32 } from 'node:zlib'
import { crc32OfWords } from './crc32.ts'
import { CRC_OFFSET, FORMAT_VERSION, KIND_OFFSET, LENGTH_OFFSET } from './record-layout.ts'

export const SEGMENT_HEADER_BYTES = 64
const MAGIC = 'floejrnl'
const MAGIC_BYTES = Buffer.from(MAGIC, 'latin1')
const VERSION_AT = 8
const CRC_AT = 12
const INSTANCE_AT = 16
const INCARNATION_AT = 20
const SEQUENCE_AT = 24
const WALL_US_AT = 32
const NOW_NS_AT = 40

const SEGMENT_NAME = /^(\d{6})\.floe$/

export interface SegmentHeader {
  readonly formatVersion: number
  /** Of the engine, 0 to 255. */
  readonly instance: number
  /** 1 for an engine's first start, larger at every later one. */
  readonly incarnation: number
  readonly firstSequence: number
  readonly wallUs: number
  readonly nowNs: number
}

/** `000001.floe` */
export function segmentName(number: number): string {
  return `${String(number).padStart(6, '0')}.floe`
}

/** The number in a segment's file name, 0 for any other file. */
export function segmentNumber(name: string): number {
  return Number(SEGMENT_NAME.exec(name)?.[1] ?? 0)
}

export function encodeSegmentHeader(header: SegmentHeader): Uint8Array {
  const bytes = new Uint8Array(SEGMENT_HEADER_BYTES)
  const view = new DataView(bytes.buffer)
  bytes.set(MAGIC_BYTES, 0)
  view.setUint32(VERSION_AT, header.formatVersion, true)
  view.setUint32(INSTANCE_AT, header.instance, true)
  view.setUint32(INCARNATION_AT, header.incarnation, true)
  view.setUint32(SEQUENCE_AT, header.firstSequence >>> 0, true)
  view.setUint32(SEQUENCE_AT + 4, Math.floor(header.firstSequence / 2 ** 32), true)
  view.setFloat64(WALL_US_AT, header.wallUs, true)
  view.setFloat64(NOW_NS_AT, header.nowNs, true)
  view.setUint32(CRC_AT, headerCrc(bytes), true)
  return bytes
}

/** The header, or null when these bytes do not begin with a whole one. */
export function decodeSegmentHeader(bytes: Uint8Array): SegmentHeader | null {
  if (bytes.length < SEGMENT_HEADER_BYTES) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, SEGMENT_HEADER_BYTES)
  if (!MAGIC_BYTES.equals(bytes.subarray(0, MAGIC_BYTES.length))) return null
  if (view.getUint32(CRC_AT, true) !== headerCrc(bytes)) return null
  return {
    formatVersion: view.getUint32(VERSION_AT, true),
    instance: view.getUint32(INSTANCE_AT, true),
    incarnation: view.getUint32(INCARNATION_AT, true),
    firstSequence:
      view.getUint32(SEQUENCE_AT + 4, true) * 2 ** 32 + view.getUint32(SEQUENCE_AT, true),
    wallUs: view.getFloat64(WALL_US_AT, true),
    nowNs: view.getFloat64(NOW_NS_AT, true),
  }
}

/** The header of an incarnation's segment that begins with this sequence. */
export function headerFrom(start: SegmentHeader, firstSequence: number): SegmentHeader {
  return { ...start, formatVersion: FORMAT_VERSION, firstSequence }
}

/** Checksum of the record in `bytes[offset, offset + length)`, seeded with its length. */
export function recordCrc(bytes: Uint8Array, offset: number, length: number): number {
  return crc32(bytes.subarray(offset + KIND_OFFSET, offset + length), length)
}

/** Fills in the checksum of a record copied out of the ring; `words` from `offset / 4` hold it. */
export function sealRecord(words: Uint32Array, offset: number): void {
  const start = offset >> 2
  const length = words[start + (LENGTH_OFFSET >> 2)]!
  const end = (offset + length) >> 2
  words[start + (CRC_OFFSET >> 2)] = crc32OfWords(words, start + (KIND_OFFSET >> 2), end, length)
}

function headerCrc(bytes: Uint8Array): number {
  const beforeCrc = crc32(bytes.subarray(0, CRC_AT))
  return crc32(bytes.subarray(CRC_AT + 4, SEGMENT_HEADER_BYTES), beforeCrc)
}
