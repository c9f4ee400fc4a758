// Hot path.
// Where a JSON string or a nested value ends, from its bytes alone: plain functions over locals,
// because passing over what nobody reads is most of the reading of a venue's answer.
// Only balance and closed strings are checked; what stands between them is nobody's business here.
import {
  BACKSLASH,
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
} from './json-bytes.ts'

/** Nesting of a skipped value: one bit of an int32 each. Venues nest four deep. */
const SKIP_DEPTH_MAX = 31

/** Not closed, or closed by another bracket than it was opened with. */
export const MALFORMED = -1
/** Nested deeper than SKIP_DEPTH_MAX. */
export const TOO_DEEP = -2

/** One past the closing quote of the string that opens at `start`, or MALFORMED. */
export function quotedEnd(bytes: Uint8Array, start: number, end: number): number {
  let position = start + 1
  while (position < end) {
    const byte = bytes[position]!
    if (byte === QUOTE) return position + 1
    if (byte < 0x20) return MALFORMED
    position += byte === BACKSLASH ? 2 : 1
  }
  return MALFORMED
}

/** One past the bracket that closes the one at `start`, or MALFORMED or TOO_DEEP. */
export function nestedEnd(bytes: Uint8Array, start: number, end: number): number {
  let position = start
  // One bit a level: 1 = object. A closing bracket must match the level it closes.
  let kinds = 0
  let depth = 0
  while (position < end) {
    const byte = bytes[position]!
    if (byte === QUOTE) {
      position = quotedEnd(bytes, position, end)
      if (position < 0) return MALFORMED
      continue
    }
    position++
    // Digits, commas and colons lie below every bracket.
    if (byte < OPEN_ARRAY) continue
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      if (depth === SKIP_DEPTH_MAX) return TOO_DEEP
      kinds = (kinds << 1) | (byte === OPEN_OBJECT ? 1 : 0)
      depth++
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      if ((kinds & 1) !== (byte === CLOSE_OBJECT ? 1 : 0)) return MALFORMED
      kinds >>>= 1
      depth--
      if (depth === 0) return position
    }
  }
  return MALFORMED
}
