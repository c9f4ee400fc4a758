// Finds whole records in bytes that may be damaged: the one place that says what whole means.
import { JOURNAL_RECORD_BYTES_MAX } from '#core/limits.ts'
import { CRC_OFFSET, LENGTH_OFFSET, RECORD_HEADER_BYTES } from './record-layout.ts'
import { recordCrc } from './segment-layout.ts'

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** Length of the whole record at `offset`, 0 when there is none. */
export function wholeRecordLength(bytes: Uint8Array, view: DataView, offset: number): number {
  if (offset + RECORD_HEADER_BYTES > bytes.length) return 0
  const length = view.getUint32(offset + LENGTH_OFFSET, true)
  const isPossible =
    length >= RECORD_HEADER_BYTES && length <= JOURNAL_RECORD_BYTES_MAX && length % 8 === 0
  if (!isPossible || offset + length > bytes.length) return 0
  return view.getUint32(offset + CRC_OFFSET, true) === recordCrc(bytes, offset, length) ? length : 0
}

/** Looks behind a damaged record wherever one may begin: a crash leaves nothing whole there. */
export function holdsWholeRecord(bytes: Uint8Array, view: DataView, from: number): boolean {
  for (let offset = from; offset + RECORD_HEADER_BYTES <= bytes.length; offset += 8) {
    if (wholeRecordLength(bytes, view, offset) > 0) return true
  }
  return false
}
