// Hot path.
// Where each one-letter field of an event stands, so that it can be read in any order of keys:
// a private event names its symbol, and with it the scale of its numbers, wherever it likes.
import { ByteScanner, ScanRefusal } from '#wire/byte-scan.ts'
import { COLON, COMMA, QUOTE, ZERO } from '#wire/json-bytes.ts'
import { quotedEnd } from '#wire/json-skip.ts'

export class LetterFields {
  readonly #valueAt = new Int32Array(128)
  #scanner = new ByteScanner()

  /** Walks the object that the scanner stands before; false when it is malformed. */
  scan(scanner: ByteScanner): boolean {
    this.#scanner = scanner
    this.#valueAt.fill(-1)
    scanner.enterObject()
    this.#scanPlain(scanner)
    while (scanner.nextKey()) {
      const letter = scanner.keyByte
      if (letter > 0 && letter < 128) this.#valueAt[letter] = scanner.position
      scanner.skipValue()
    }
    return scanner.ok
  }

  /**
   * Members as venues write them, `"x":"text",` and `"x":123,`: as far as they go. The scanner is
   * left before the first member that is something else, as if it had walked up to there.
   */
  #scanPlain(scanner: ByteScanner): void {
    const { bytes, end } = scanner
    const valueAt = this.#valueAt
    let at = scanner.position
    while (at + 5 < end && bytes[at] === QUOTE) {
      const letter = bytes[at + 1]!
      if (bytes[at + 2] !== QUOTE || bytes[at + 3] !== COLON || !isLetter(letter)) break
      const start = at + 4
      const valueEnd = plainEnd(bytes, start, end)
      if (valueEnd < 0 || valueEnd >= end || bytes[valueEnd] !== COMMA) break
      // A comma promises a member: without its quote the scanner decides.
      if (valueEnd + 1 >= end || bytes[valueEnd + 1] !== QUOTE) break
      valueAt[letter] = start
      at = valueEnd + 1
    }
    scanner.position = at
  }

  has(letter: number): boolean {
    return this.#valueAt[letter] !== -1
  }

  /** Puts the scanner before the field's value. A field that is absent refuses the message. */
  at(letter: number): ByteScanner {
    const scanner = this.#scanner
    const position = this.#valueAt[letter]!
    if (position === -1) scanner.refuse(ScanRefusal.Syntax)
    else scanner.position = position
    return scanner
  }
}

/** One past a quoted text or a run of digits, −1 for anything else. */
function plainEnd(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start] === QUOTE) return quotedEnd(bytes, start, end)
  let at = start
  while (at < end && bytes[at]! - ZERO >= 0 && bytes[at]! - ZERO <= 9) at++
  return at === start ? -1 : at
}

function isLetter(byte: number): boolean {
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x7a
}
