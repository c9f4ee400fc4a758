// Hot path.
// Reads a message whose layout is known byte by byte: what stands between the fields is compared,
// four bytes at a time; what a field holds is read as digits, and nothing is searched for.
//
//   ,"b":"43250.01000000","B":"3.00000000"
//   └ key ┘└ decimal ────┘└ key ┘
//
// Any deviation is a "no" and never a refusal: white space, another order of keys, a number of
// another form, one that does not fit. Whoever hears "no" reads the message again with ByteScanner,
// which decides. What is read here equals what the scanner reads: a test holds the two together.
import { assert } from '#core/assert.ts'
import { asciiBytes, DOT, QUOTE, ZERO } from './json-bytes.ts'

/** Digits of a whole number that stay exact without a check. */
const INTEGER_DIGITS_MAX = 15
/** Digits before the point that stay exact in 32-bit arithmetic. */
const WHOLE_DIGITS_MAX = 9
const DECIMALS = 8
const POWERS_OF_TEN = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8] as const
const FRACTIONS = Float64Array.from(POWERS_OF_TEN, (power) => 1 / power)
const WORD_BYTES = 4
const NO_MEMORY = new DataView(new ArrayBuffer(WORD_BYTES))

/** The answer of `integer` and `decimal` to what is not of the expected form. */
export const NOT_READ = -1

/** Constant text of at least four bytes, as words; the last one overlaps the one before it. */
export class LayoutText {
  readonly size: number
  readonly words: Int32Array

  constructor(text: string) {
    const bytes = asciiBytes(text)
    assert(bytes.length >= WORD_BYTES, 'a layout text fills a word')
    this.size = bytes.length
    this.words = new Int32Array(Math.ceil(bytes.length / WORD_BYTES))
    const view = new DataView(bytes.buffer)
    for (let i = 0; i < this.words.length; i++) {
      const at = Math.min(i * WORD_BYTES, bytes.length - WORD_BYTES)
      this.words[i] = view.getInt32(at, true)
    }
  }
}

/**
 * Several such texts in one piece of memory, each its size and then its words, for `nextText`. On a
 * quiet market a message finds cold caches: one array is one miss or two, an array a text is many.
 */
export function textList(texts: readonly string[]): Int32Array {
  const numbers: number[] = []
  for (const text of texts) {
    const { size, words } = new LayoutText(text)
    numbers.push(size)
    for (const word of words) numbers.push(word)
  }
  return Int32Array.from(numbers)
}

export class ByteLayout {
  #bytes: Uint8Array = new Uint8Array(0)
  /** Over all memory that `#bytes` is part of; positions count from there. */
  #view: DataView = NO_MEMORY
  #base = 0
  #at = 0
  #end = 0

  reset(bytes: Uint8Array, start: number, end: number): void {
    if (bytes !== this.#bytes) this.#use(bytes)
    this.#at = this.#base + start
    this.#end = this.#base + end
  }

  /** The next byte to read. */
  get position(): number {
    return this.#at - this.#base
  }

  /** True when nothing is left. */
  get isAtEnd(): boolean {
    return this.#at === this.#end
  }

  /** Passes over exactly this text. */
  literal(text: LayoutText): boolean {
    const words = text.words
    const last = words.length - 1
    const at = this.#at
    const next = at + text.size
    if (next > this.#end) return false
    const view = this.#view
    for (let i = 0; i < last; i++) {
      if (view.getInt32(at + i * WORD_BYTES, true) !== words[i]) return false
    }
    if (view.getInt32(next - WORD_BYTES, true) !== words[last]) return false
    this.#at = next
    return true
  }

  /** Passes over the text at `from` of a textList; where its next one stands, or NOT_READ. */
  nextText(texts: Int32Array, from: number): number {
    const lastWordAt = this.#at + texts[from]! - WORD_BYTES
    if (lastWordAt + WORD_BYTES > this.#end) return NOT_READ
    const view = this.#view
    let index = from + 1
    for (let at = this.#at; at < lastWordAt; at += WORD_BYTES) {
      if (view.getInt32(at, true) !== texts[index++]) return NOT_READ
    }
    if (view.getInt32(lastWordAt, true) !== texts[index]) return NOT_READ
    this.#at = lastWordAt + WORD_BYTES
    return index + 1
  }

  /** Passes over the lowest `size` bytes of a little-endian word; `size` is 1 to 4. */
  word(expected: number, size: number): boolean {
    const at = this.#at
    const end = this.#end
    const room = end - at
    if (room < size || end < WORD_BYTES) return false
    // Less than a word before the end: the last whole word holds what is left in its upper bytes.
    const missing = room < WORD_BYTES ? WORD_BYTES - room : 0
    const word = this.#view.getInt32(at - missing, true) >> (8 * missing)
    const shift = 32 - 8 * size
    if (word << shift !== expected << shift) return false
    this.#at = at + size
    return true
  }

  /** True when exactly the lowest `size` bytes of a little-endian word are left. */
  endsWith(expected: number, size: number): boolean {
    const at = this.#at
    if (at + size !== this.#end || this.#end < WORD_BYTES) return false
    // The word ends with the message: what was read before it is part of it.
    const word = this.#view.getInt32(at + size - WORD_BYTES, true)
    return word >>> (32 - 8 * size) === expected
  }

  /** Passes over a quoted text's plain rest; where it ends, or −1 when it is not plain. */
  plainText(): number {
    const view = this.#view
    const end = this.#end
    for (let at = this.#at; at < end; at++) {
      const byte = view.getUint8(at)
      if (byte === QUOTE) {
        this.#at = at
        return at - this.#base
      }
      if (byte < 0x20 || byte === 0x5c) return -1
    }
    return -1
  }

  /** Digits of a whole number below 10^15, or NOT_READ. */
  integer(): number {
    const view = this.#view
    const end = this.#end
    const first = this.#at
    let at = first
    let value = 0
    while (at < end) {
      const digit = view.getUint8(at) - ZERO
      if (digit < 0 || digit > 9) break
      value = value * 10 + digit
      at++
    }
    const count = at - first
    if (count === 0 || count > INTEGER_DIGITS_MAX) return NOT_READ
    if (count > 1 && view.getUint8(first) === ZERO) return NOT_READ
    this.#at = at
    return value
  }

  /** A decimal with exactly eight decimals, × 10^scale, or NOT_READ. `scale` is 0 to 8. */
  decimal(scale: number): number {
    const view = this.#view
    const end = this.#end
    const first = this.#at
    let at = first
    let whole = 0
    let digit = 0
    while (at < end) {
      digit = view.getUint8(at) - ZERO
      if (digit < 0 || digit > 9) break
      whole = (Math.imul(whole, 10) + digit) | 0
      at++
    }
    const count = at - first
    if (count === 0 || count > WHOLE_DIGITS_MAX || at + DECIMALS >= end) return NOT_READ
    if (digit !== DOT - ZERO || (count > 1 && view.getUint8(first) === ZERO)) return NOT_READ
    const high = fourDigits(view.getInt32(at + 1, true))
    const low = fourDigits(view.getInt32(at + 1 + WORD_BYTES, true))
    const divisor = POWERS_OF_TEN[DECIMALS - scale]
    if ((high | low) < 0 || divisor === undefined) return NOT_READ
    const fraction = high * 10_000 + low
    // Multiplying is faster than dividing; rounded it is exact where the division leaves no rest.
    const kept = (fraction * FRACTIONS[DECIMALS - scale]! + 0.5) | 0
    if (Math.imul(kept, divisor) !== fraction) return NOT_READ
    const value = whole * POWERS_OF_TEN[scale]! + kept
    if (value > Number.MAX_SAFE_INTEGER) return NOT_READ
    this.#at = at + 1 + DECIMALS
    return value
  }

  /** Live messages land in one region for good; recorded ones bring their own memory. */
  #use(bytes: Uint8Array): void {
    this.#bytes = bytes
    this.#base = bytes.byteOffset
    if (bytes.buffer !== this.#view.buffer) this.#view = new DataView(bytes.buffer)
  }
}

/** Four ASCII digits, the first in the lowest byte; negative when one of them is no digit. */
function fourDigits(word: number): number {
  const digits = word ^ 0x30303030
  // A byte above 9 carries into its top bit here, or has it set already.
  if (((digits | ((digits & 0x7f7f7f7f) + 0x76767676)) & 0x80808080) !== 0) return NOT_READ
  const pairs = (digits * 10 + (digits >>> 8)) & 0x00ff00ff
  return (pairs & 0xff) * 100 + (pairs >>> 16)
}
