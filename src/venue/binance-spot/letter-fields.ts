// Hot path.
// Where each one-letter field of an event stands, so that it can be read in any order of keys:
// a private event names its symbol, and with it the scale of its numbers, wherever it likes.
//
//   {"e":"executionReport","E":1700000000101,"g":-1,"N":null,"m":false,"B":[{"a":"BTC",…}]}
//
// `match` walks members as venues write them, in one pass and without a blank; at anything else it
// says no, and `scan` walks the object again the lenient way, which decides.
import { ByteScanner, ScanRefusal } from '#wire/byte-scan.ts'
import {
  BACKSLASH,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  FALSE,
  MINUS,
  NULL,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  TRUE,
  ZERO,
} from '#wire/json-bytes.ts'
import { nestedEnd } from '#wire/json-skip.ts'

/** The answer of `match` to an object in another form. */
export const NOT_PLAIN = -1

/** From `A` to `z`. */
const LETTER_FIRST = 0x41
const LETTER_COUNT = 58
const ABSENT = -1

export class LetterFields {
  readonly #valueAt = new Int32Array(LETTER_COUNT)
  #scanner = new ByteScanner()

  /** One past the object that begins at the scanner's position, or NOT_PLAIN. */
  match(scanner: ByteScanner): number {
    const { bytes, end } = scanner
    const valueAt = this.#valueAt
    this.#scanner = scanner
    for (let i = 0; i < LETTER_COUNT; i++) valueAt[i] = ABSENT
    let at = scanner.position
    if (bytes[at] !== OPEN_OBJECT) return NOT_PLAIN
    do {
      // A bracket or a comma, then the key, its colon, and a value of a byte at least.
      const letter = bytes[at + 2]!
      if (at + 6 > end || !isLetter(letter) || bytes[at + 1] !== QUOTE) return NOT_PLAIN
      if (bytes[at + 3] !== QUOTE || bytes[at + 4] !== COLON) return NOT_PLAIN
      valueAt[letter - LETTER_FIRST] = at + 5
      at = plainEnd(bytes, at + 5, end)
      if (at === NOT_PLAIN || at >= end) return NOT_PLAIN
    } while (bytes[at] === COMMA)
    return bytes[at] === CLOSE_OBJECT ? at + 1 : NOT_PLAIN
  }

  /** Walks the object that the scanner stands before; false when it is malformed. */
  scan(scanner: ByteScanner): boolean {
    this.#scanner = scanner
    this.#valueAt.fill(ABSENT)
    scanner.enterObject()
    while (scanner.nextKey()) {
      const letter = scanner.keyByte
      if (isLetter(letter)) this.#valueAt[letter - LETTER_FIRST] = scanner.position
      scanner.skipValue()
    }
    return scanner.ok
  }

  has(letter: number): boolean {
    return this.#valueAt[letter - LETTER_FIRST] !== ABSENT
  }

  /** Puts the scanner before the field's value. A field that is absent refuses the message. */
  at(letter: number): ByteScanner {
    const scanner = this.#scanner
    const position = this.#valueAt[letter - LETTER_FIRST]!
    if (position === ABSENT) scanner.refuse(ScanRefusal.Syntax)
    else scanner.position = position
    return scanner
  }
}

function isLetter(byte: number): boolean {
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x7a
}

/** One past a text without escapes, a whole number, a list or a literal; NOT_PLAIN otherwise. */
function plainEnd(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start]!
  if (first === QUOTE) return textEnd(bytes, start, end)
  if (first === OPEN_ARRAY) return Math.max(NOT_PLAIN, nestedEnd(bytes, start, end))
  let at = first === MINUS ? start + 1 : start
  const digits = at
  while (at < end && bytes[at]! >= ZERO && bytes[at]! <= ZERO + 9) at++
  if (at > digits) return at
  if (first === NULL[0]) return literalEnd(bytes, start, end, NULL)
  return literalEnd(bytes, start, end, first === TRUE[0] ? TRUE : FALSE)
}

function textEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start + 1; at < end; at++) {
    const byte = bytes[at]!
    if (byte === QUOTE) return at + 1
    if (byte < 0x20 || byte === BACKSLASH) return NOT_PLAIN
  }
  return NOT_PLAIN
}

function literalEnd(bytes: Uint8Array, start: number, end: number, literal: Uint8Array): number {
  const after = start + literal.length
  if (after > end) return NOT_PLAIN
  for (let i = 0; i < literal.length; i++) if (bytes[start + i] !== literal[i]) return NOT_PLAIN
  return after
}
