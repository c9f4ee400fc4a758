// Hot path.
// Texts that a venue says again and again, an order's id or an asset: the string that was made of
// the same bytes before is given again. Making one allocates, and costs far more than comparing.
import type { ByteScanner } from './byte-scan.ts'
import { BACKSLASH } from './json-bytes.ts'

/** A power of two: more than the orders and assets that are told of at one time. */
const PLACES = 256

export class TextMemo {
  readonly #texts: string[] = Array.from({ length: PLACES }, () => '')

  /** The scanner's last text, as its `text()` gives it. */
  text(scanner: ByteScanner): string {
    const { bytes, textStart, textEnd } = scanner
    let hash = 0
    for (let at = textStart; at < textEnd; at++) hash = (Math.imul(hash, 31) + bytes[at]!) | 0
    const place = hash & (PLACES - 1)
    const known = this.#texts[place]!
    if (isSpelt(known, bytes, textStart, textEnd)) return known
    const text = scanner.text()
    this.#texts[place] = text
    return text
  }
}

/** True when these bytes are plain and spell the text. */
function isSpelt(text: string, bytes: Uint8Array, start: number, end: number): boolean {
  const size = end - start
  if (text.length !== size) return false
  for (let i = 0; i < size; i++) {
    const byte = bytes[start + i]!
    if (byte !== text.charCodeAt(i) || byte > 0x7f || byte === BACKSLASH) return false
  }
  return true
}
