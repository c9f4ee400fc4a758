// Hot path.
// The bytes of RFC 6455 frames: opcodes, close codes, headers and masks, for both roles.
//
//   byte 0: final bit, three reserved bits, opcode     byte 1: mask bit, length (7 bits)
//   126 → two more length bytes, 127 → eight more; then four mask bytes when the mask bit is set
//
// A client masks what it sends, a server does not. Payloads are masked a 32-bit word at a time
// through a second view of the same memory (both platforms of Node are little-endian).
import { assert } from '#core/assert.ts'

export const Opcode = {
  Continuation: 0,
  Text: 1,
  Binary: 2,
  Close: 8,
  Ping: 9,
  Pong: 10,
} as const
export type Opcode = (typeof Opcode)[keyof typeof Opcode]

/** Indexed by the four opcode bits; '' is reserved by the RFC. */
export const OPCODE_NAMES: readonly string[] = [
  'continuation',
  'text',
  'binary',
  '',
  '',
  '',
  '',
  '',
  'close',
  'ping',
  'pong',
  '',
  '',
  '',
  '',
  '',
]

/** RFC 6455 §7.4.1 and the IANA registry. */
export const CloseCode = {
  Normal: 1000,
  GoingAway: 1001,
  ProtocolError: 1002,
  UnsupportedData: 1003,
  /** Never on the wire: a close frame without a code. */
  NoStatus: 1005,
  BadPayload: 1007,
  PolicyViolation: 1008,
  TooLarge: 1009,
  InternalError: 1011,
  ServiceRestart: 1012,
  TryAgainLater: 1013,
} as const

export type Role = 'client' | 'server'

export const FRAME_HEADER_BYTES_MAX = 14
export const CONTROL_PAYLOAD_BYTES_MAX = 125
const FINAL_BIT = 0x80
const MASK_BIT = 0x80
const MASK_BYTES = 4
const SIZE_16_BITS = 126
const SIZE_64_BITS = 127
const SIZE_16_MAX = 65_535
const TWO_32 = 0x1_0000_0000

/** True for codes that an endpoint may put into a close frame. */
export function isCloseCodeOnWire(code: number): boolean {
  if (code >= 3000) return code <= 4999
  if (code >= 1007) return code <= 1014
  return code >= 1000 && code <= 1003
}

export function frameHeaderBytes(payloadBytes: number, isMasked: boolean): number {
  const maskBytes = isMasked ? MASK_BYTES : 0
  if (payloadBytes <= CONTROL_PAYLOAD_BYTES_MAX) return 2 + maskBytes
  return (payloadBytes <= SIZE_16_MAX ? 4 : 10) + maskBytes
}

/** Writes the header less its mask key at the front of `out`; returns where key or payload goes. */
export function writeFrameHeader(
  out: Uint8Array,
  opcode: Opcode,
  payloadBytes: number,
  isMasked: boolean,
  isFinal: boolean,
): number {
  const maskBit = isMasked ? MASK_BIT : 0
  out[0] = (isFinal ? FINAL_BIT : 0) | opcode
  if (payloadBytes <= CONTROL_PAYLOAD_BYTES_MAX) {
    out[1] = maskBit | payloadBytes
    return 2
  }
  if (payloadBytes <= SIZE_16_MAX) {
    out[1] = maskBit | SIZE_16_BITS
    out[2] = payloadBytes >>> 8
    out[3] = payloadBytes
    return 4
  }
  out[1] = maskBit | SIZE_64_BITS
  writeUint32(out, 2, Math.floor(payloadBytes / TWO_32))
  writeUint32(out, 6, payloadBytes % TWO_32)
  return 10
}

/** The mask key as four wire bytes; in `key` the first of them is the lowest. */
export function writeMaskKey(out: Uint8Array, at: number, key: number): void {
  out[at] = key
  out[at + 1] = key >>> 8
  out[at + 2] = key >>> 16
  out[at + 3] = key >>> 24
}

export function readMaskKey(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
}

/** The same memory a word at a time. Cold: make it once for each buffer. */
export function wordsOf(bytes: Uint8Array): Int32Array {
  assert(bytes.byteOffset % 4 === 0, 'a masked buffer begins on a word')
  return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2)
}

/** Masks or unmasks bytes[start, end) in place, the key from start; `words` is wordsOf(bytes). */
export function applyMask(
  bytes: Uint8Array,
  words: Int32Array,
  start: number,
  end: number,
  key: number,
): void {
  let at = start
  let turned = key
  while (at < end && (at & 3) !== 0) {
    bytes[at] = bytes[at]! ^ turned
    turned = (turned >>> 8) | (turned << 24)
    at++
  }
  const wordEnd = end >>> 2
  for (let word = at >>> 2; word < wordEnd; word++) words[word] = words[word]! ^ turned
  if (at < wordEnd * 4) at = wordEnd * 4
  while (at < end) {
    bytes[at] = bytes[at]! ^ turned
    turned = turned >>> 8
    at++
  }
}

function writeUint32(out: Uint8Array, at: number, value: number): void {
  out[at] = value >>> 24
  out[at + 1] = value >>> 16
  out[at + 2] = value >>> 8
  out[at + 3] = value
}
