// Hot path.
// Where each one-letter field of an event stands, so that it can be read in any order of keys:
// a private event names its symbol, and with it the scale of its numbers, wherever it likes.
import { ByteScanner, ScanRefusal } from '#wire/byte-scan.ts'

export class LetterFields {
  readonly #valueAt = new Int32Array(128)
  #scanner = new ByteScanner()

  /** Walks the object that the scanner stands before; false when it is malformed. */
  scan(scanner: ByteScanner): boolean {
    this.#scanner = scanner
    this.#valueAt.fill(-1)
    scanner.enterObject()
    while (scanner.nextKey()) {
      const letter = scanner.keyByte
      if (letter > 0 && letter < 128) this.#valueAt[letter] = scanner.position
      scanner.skipValue()
    }
    return scanner.ok
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
