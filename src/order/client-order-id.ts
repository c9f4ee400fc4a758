// Client order ids: deterministic, self-describing, never reused.
//
//   63 bits = instance 8 · incarnation 14 · task 21 · sequence 20
//   hi (31)  = instance 8 · incarnation 14 · task high 9
//   lo (32)  = task low 12 · sequence 20
//
// The incarnation is incremented and synced before anything is sent, so a lost journal tail
// can never cause a reuse. Spelt `f` + 11 base-62 characters (0-9 A-Z a-z), big-endian.
// Held as two uint32 halves on the hot path. Source: SEMANTICS of the product, "Orders".
import { assert } from '#core/assert.ts'

export const INSTANCE_MAX = 255
export const INCARNATION_MAX = 16_383
export const TASK_INDEX_MAX = 2_097_151
export const SEQUENCE_MAX = 1_048_575

export const CLIENT_ID_LENGTH = 12
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const PREFIX_BYTE = 0x66
const DIGIT_BYTES = new TextEncoder().encode(DIGITS)
const DIGIT_VALUES = valuesByByte()
const TASK_LOW_BITS = 4_096
const SEQUENCE_COUNT = SEQUENCE_MAX + 1

export interface ClientIdParts {
  readonly instance: number
  readonly incarnation: number
  readonly task: number
  readonly sequence: number
}

export function clientIdHi(instance: number, incarnation: number, task: number): number {
  assert(instance >= 0 && instance <= INSTANCE_MAX, 'instance needs 8 bits')
  assert(incarnation >= 0 && incarnation <= INCARNATION_MAX, 'incarnation needs 14 bits')
  assert(task >= 0 && task <= TASK_INDEX_MAX, 'task index needs 21 bits')
  return instance * 2 ** 23 + incarnation * 2 ** 9 + Math.floor(task / TASK_LOW_BITS)
}

export function clientIdLo(task: number, sequence: number): number {
  assert(sequence >= 0 && sequence <= SEQUENCE_MAX, 'sequence needs 20 bits')
  return (task % TASK_LOW_BITS) * SEQUENCE_COUNT + sequence
}

export function clientIdParts(hi: number, lo: number): ClientIdParts {
  return {
    instance: Math.floor(hi / 2 ** 23),
    incarnation: Math.floor(hi / 2 ** 9) % 2 ** 14,
    task: (hi % 2 ** 9) * TASK_LOW_BITS + Math.floor(lo / SEQUENCE_COUNT),
    sequence: lo % SEQUENCE_COUNT,
  }
}

/** Writes the 12 ASCII bytes at `offset`. Nothing is allocated: two limbs of base 62^5 and 62^6. */
export function writeClientId(hi: number, lo: number, out: Uint8Array, offset: number): void {
  out[offset] = PREFIX_BYTE
  // hi × 2^32 + lo divided digit by digit: each step's remainder stays below 62 × 2^32 < 2^38.
  let high = hi
  let low = lo
  for (let i = CLIENT_ID_LENGTH - 1; i > 0; i--) {
    const highQuotient = Math.floor(high / 62)
    const carried = (high - highQuotient * 62) * 2 ** 32 + low
    const lowQuotient = Math.floor(carried / 62)
    out[offset + i] = DIGIT_BYTES[carried - lowQuotient * 62]!
    high = highQuotient
    low = lowQuotient
  }
}

export function clientIdText(hi: number, lo: number): string {
  const bytes = new Uint8Array(CLIENT_ID_LENGTH)
  writeClientId(hi, lo, bytes, 0)
  return String.fromCharCode(...bytes)
}

/** A parsed id; `isOurs` false when the text is not of our form (another program's order). */
export class ParsedClientId {
  isOurs = false
  hi = 0
  lo = 0

  /** Reads `bytes[start, end)`; overwrites this record. */
  parse(bytes: Uint8Array, start: number, end: number): boolean {
    this.isOurs = false
    if (end - start !== CLIENT_ID_LENGTH || bytes[start] !== PREFIX_BYTE) return false
    let high = 0
    let low = 0
    for (let i = start + 1; i < end; i++) {
      const digit = DIGIT_VALUES[bytes[i]!]!
      if (digit === 255) return false
      const product = low * 62 + digit
      const carry = Math.floor(product / 2 ** 32)
      low = product - carry * 2 ** 32
      high = high * 62 + carry
    }
    if (high >= 2 ** 31) return false
    this.hi = high
    this.lo = low
    this.isOurs = true
    return true
  }

  parseText(text: string): boolean {
    return this.parse(new TextEncoder().encode(text), 0, text.length)
  }
}

function valuesByByte(): Uint8Array {
  const values = new Uint8Array(256).fill(255)
  for (let i = 0; i < DIGIT_BYTES.length; i++) values[DIGIT_BYTES[i]!] = i
  return values
}
