// Hot path.
// Reads JSON where it landed, one value at a time, without building anything.
//
// The scanner walks forward and its failure is sticky: after the first byte that is not what it
// should be, `ok` is false, `refusal` says why, and every further read returns at once. So a
// decoder reads a whole message straight through and asks `ok` once, at the end.
//
//   scanner.reset(bytes, start, end)
//   if (scanner.enterObject()) while (scanner.nextKey()) { … read or skip exactly one value … }
//   if (!scanner.ok) the message is refused as a whole
//
// Numbers are exact or refused: nothing is rounded. What is skipped is checked for balanced
// brackets and closed strings only. It deliberately knows no venue and keeps no text.

import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  DOT,
  FALSE,
  MINUS,
  NULL,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  TRUE,
  ZERO,
  decodeText,
  isNumberByte,
  isWhiteSpace,
} from './json-bytes.ts'
import { MALFORMED, nestedEnd, quotedEnd, TOO_DEEP } from './json-skip.ts'

/** Why a scan stopped. */
export const ScanRefusal = {
  None: 0,
  /** Not the JSON that was expected here: truncated, another type, junk. */
  Syntax: 1,
  /** More non-zero decimals than the scale holds. */
  Scale: 2,
  /** Beyond 2^53, or more values than there is room for. */
  Range: 3,
} as const
export type ScanRefusal = (typeof ScanRefusal)[keyof typeof ScanRefusal]
export const SCAN_REFUSAL_NAMES = ['none', 'syntax', 'scale', 'range'] as const

/** Scales beyond this leave no room for a whole unit below 2^53. */
const SCALE_MAX = 18
const POWERS_OF_TEN = Float64Array.from({ length: SCALE_MAX + 1 }, (_, power) => 10 ** power)

export class ByteScanner {
  bytes: Uint8Array = new Uint8Array(0)
  /** The next byte to read. */
  position = 0
  /** One past the last byte that may be read. */
  end = 0
  ok = true
  refusal: ScanRefusal = ScanRefusal.None
  /** The key found by nextKey, without its quotes. */
  keyStart = 0
  keyEnd = 0
  /** The text found by readText, without its quotes; escapes are left as they stand. */
  textStart = 0
  textEnd = 0
  /** True directly after an opening bracket: the next member comes without a comma. */
  #isFirst = false

  reset(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes
    this.position = start
    this.end = end
    this.ok = true
    this.refusal = ScanRefusal.None
    this.#isFirst = false
  }

  /** Stops the scan; the first reason stays. Always false, so that callers can return it. */
  refuse(refusal: ScanRefusal): false {
    if (this.ok) this.refusal = refusal
    this.ok = false
    return false
  }

  enterObject(): boolean {
    return this.#enter(OPEN_OBJECT)
  }

  enterArray(): boolean {
    return this.#enter(OPEN_ARRAY)
  }

  /** Goes to the value of the object's next member; false at its end and after a refusal. */
  nextKey(): boolean {
    if (!this.#nextMember(CLOSE_OBJECT)) return false
    if (!this.#readQuoted()) return false
    this.keyStart = this.textStart
    this.keyEnd = this.textEnd
    if (this.#peek() !== COLON) return this.refuse(ScanRefusal.Syntax)
    this.position++
    return true
  }

  /** Goes to the array's next element; false at its end and after a refusal. */
  nextElement(): boolean {
    return this.#nextMember(CLOSE_ARRAY)
  }

  /** The key's only byte, or 0 for a key of another length. */
  get keyByte(): number {
    return this.keyEnd - this.keyStart === 1 ? this.bytes[this.keyStart]! : 0
  }

  keyIs(name: Uint8Array): boolean {
    return this.#sliceIs(this.keyStart, this.keyEnd, name)
  }

  textIs(text: Uint8Array): boolean {
    return this.#sliceIs(this.textStart, this.textEnd, text)
  }

  /** First byte of the coming value, 0 at the end. */
  peekValue(): number {
    return this.ok ? this.#peek() : 0
  }

  /** A quoted string into textStart, textEnd. */
  readText(): boolean {
    if (!this.ok) return false
    this.#peek()
    return this.#readQuoted()
  }

  /** The text of the last readText: cold, it allocates. Escapes are resolved. */
  text(): string {
    let raw = ''
    for (let i = this.textStart; i < this.textEnd; i++) raw += String.fromCharCode(this.bytes[i]!)
    const isPlain = !/[\\\u0080-\u00ff]/.test(raw)
    return isPlain ? raw : decodeText(this.bytes, this.textStart, this.textEnd)
  }

  readBoolean(): boolean {
    if (!this.ok) return false
    const isTrue = this.#peek() === 0x74
    this.#literal(isTrue ? TRUE : FALSE)
    return this.ok && isTrue
  }

  /** True, and past it, when the coming value is null; otherwise nothing is read. */
  skipNull(): boolean {
    if (!this.ok || this.#peek() !== 0x6e) return false
    return this.#literal(NULL)
  }

  /** A JSON integer of at most 2^53 − 1 either way; anything else is refused. */
  readInteger(): number {
    if (!this.ok) return 0
    const isNegative = this.#peek() === MINUS
    if (isNegative) this.position++
    const value = this.#digits()
    this.#expectValueEnd()
    if (!this.ok) return 0
    return isNegative && value !== 0 ? -value : value
  }

  /**
   * A plain decimal, quoted or bare and never negative, × 10^scale. Zeros beyond the scale are
   * allowed, other digits there are refused as Scale; an exponent, a sign or text as Syntax.
   */
  readDecimal(scale: number): number {
    if (!this.ok) return 0
    const isQuoted = this.#peek() === QUOTE
    if (isQuoted) this.position++
    const bytes = this.bytes
    const end = this.end
    const first = this.position
    let position = first
    let value = 0
    // Nine digits stay exact in 32-bit arithmetic, which is several times faster than float64;
    // more are read again below. What wraps meanwhile is thrown away.
    while (position < end) {
      const digit = bytes[position]! - ZERO
      if (digit < 0 || digit > 9) break
      value = (Math.imul(value, 10) + digit) | 0
      position++
    }
    const wholeCount = position - first
    if (wholeCount === 0 || (wholeCount > 1 && bytes[first] === ZERO)) {
      this.refuse(ScanRefusal.Syntax)
      return 0
    }
    let decimals = 0
    if (position < end && bytes[position] === DOT) {
      position++
      const fraction = position
      const kept = fraction + scale
      let excess = 0
      while (position < end) {
        const digit = bytes[position]! - ZERO
        if (digit < 0 || digit > 9) break
        if (position < kept) value = (Math.imul(value, 10) + digit) | 0
        else excess |= digit
        position++
      }
      if (position === fraction) this.refuse(ScanRefusal.Syntax)
      else if (excess !== 0) this.refuse(ScanRefusal.Scale)
      decimals = position < kept ? position - fraction : scale
    }
    this.position = position
    this.#endDecimal(isQuoted)
    if (wholeCount + decimals > 9) value = this.#wideMantissa(first, wholeCount, decimals)
    const scaled = decimals === scale ? value : value * POWERS_OF_TEN[scale - decimals]!
    if (scaled > Number.MAX_SAFE_INTEGER) this.refuse(ScanRefusal.Range)
    return this.ok ? scaled : 0
  }

  /** Passes over one value of any kind. */
  skipValue(): boolean {
    if (!this.ok) return false
    const first = this.#peek()
    if (first === QUOTE) return this.#readQuoted()
    if (first === OPEN_OBJECT || first === OPEN_ARRAY) return this.#skipNested()
    return this.#skipScalar(first)
  }

  /** Refuses unless only white space is left. */
  expectEnd(): boolean {
    if (!this.ok) return false
    this.#peek()
    return this.position === this.end || this.refuse(ScanRefusal.Syntax)
  }

  #enter(bracket: number): boolean {
    if (!this.ok) return false
    if (this.#peek() !== bracket) return this.refuse(ScanRefusal.Syntax)
    this.position++
    this.#isFirst = true
    return true
  }

  #nextMember(close: number): boolean {
    if (!this.ok) return false
    const byte = this.#peek()
    if (byte === close) {
      this.position++
      this.#isFirst = false
      return false
    }
    if (this.#isFirst) {
      this.#isFirst = false
      return byte !== 0 || this.refuse(ScanRefusal.Syntax)
    }
    if (byte !== COMMA) return this.refuse(ScanRefusal.Syntax)
    this.position++
    const next = this.#peek()
    return (next !== 0 && next !== close) || this.refuse(ScanRefusal.Syntax)
  }

  /** The next byte that is not white space, 0 at the end; stays before it. */
  #peek(): number {
    const bytes = this.bytes
    const end = this.end
    let position = this.position
    while (position < end) {
      const byte = bytes[position]!
      if (byte > 0x20) {
        this.position = position
        return byte
      }
      if (!isWhiteSpace(byte)) break
      position++
    }
    this.position = position
    return 0
  }

  #readQuoted(): boolean {
    const start = this.position
    const end =
      start < this.end && this.bytes[start] === QUOTE
        ? quotedEnd(this.bytes, start, this.end)
        : MALFORMED
    if (end < 0) return this.refuse(ScanRefusal.Syntax)
    this.textStart = start + 1
    this.textEnd = end - 1
    this.position = end
    return true
  }

  /** At least one digit and no needless leading zero; beyond 2^53 refused. */
  #digits(): number {
    const bytes = this.bytes
    const end = this.end
    const first = this.position
    let position = first
    let value = 0
    while (position < end) {
      const digit = bytes[position]! - ZERO
      if (digit < 0 || digit > 9) break
      value = value * 10 + digit
      position++
    }
    this.position = position
    const count = position - first
    if (count === 0 || (count > 1 && bytes[first] === ZERO)) this.refuse(ScanRefusal.Syntax)
    // Above 2^53 sums round, but never back below it: the test after the loop is sound.
    if (value > Number.MAX_SAFE_INTEGER) this.refuse(ScanRefusal.Range)
    return value
  }

  #endDecimal(isQuoted: boolean): void {
    if (!isQuoted) this.#expectValueEnd()
    else if (this.position < this.end && this.bytes[this.position] === QUOTE) this.position++
    else this.refuse(ScanRefusal.Syntax)
  }

  /** The same digits in float64: exact up to 2^53, and never rounded back below it. */
  #wideMantissa(first: number, wholeCount: number, decimals: number): number {
    const last = first + wholeCount + (decimals === 0 ? 0 : decimals + 1)
    let value = 0
    for (let position = first; position < last; position++) {
      const digit = this.bytes[position]! - ZERO
      if (digit >= 0) value = value * 10 + digit
    }
    return value
  }

  /** A number must be followed by what ends a value: `1e5` and `12x` are not 1 and 12. */
  #expectValueEnd(): void {
    if (this.position >= this.end) return
    const byte = this.bytes[this.position]!
    const isEnd = byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_ARRAY
    if (!isEnd && !isWhiteSpace(byte)) this.refuse(ScanRefusal.Syntax)
  }

  #skipNested(): boolean {
    const end = nestedEnd(this.bytes, this.position, this.end)
    if (end < 0) return this.refuse(end === TOO_DEEP ? ScanRefusal.Range : ScanRefusal.Syntax)
    this.position = end
    return true
  }

  #skipScalar(first: number): boolean {
    if (first === 0x74) return this.#literal(TRUE)
    if (first === 0x66) return this.#literal(FALSE)
    if (first === 0x6e) return this.#literal(NULL)
    const start = this.position
    while (this.position < this.end && isNumberByte(this.bytes[this.position]!)) this.position++
    if (this.position === start) return this.refuse(ScanRefusal.Syntax)
    this.#expectValueEnd()
    return this.ok
  }

  #literal(literal: Uint8Array): boolean {
    const stop = this.position + literal.length
    if (stop > this.end || !this.#sliceIs(this.position, stop, literal)) {
      return this.refuse(ScanRefusal.Syntax)
    }
    this.position = stop
    this.#expectValueEnd()
    return this.ok
  }

  #sliceIs(start: number, end: number, expected: Uint8Array): boolean {
    if (end - start !== expected.length) return false
    for (let i = 0; i < expected.length; i++) {
      if (this.bytes[start + i] !== expected[i]) return false
    }
    return true
  }
}
