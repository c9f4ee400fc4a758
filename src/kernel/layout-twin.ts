// Hot path.
// The layout matcher in plain TypeScript: what runs where WebAssembly does not, and the oracle that
// the kernel (asm/layout.ts) is held against. Both read the same image and answer alike, byte for
// byte; where the kernel takes 16 bytes at once, this takes a word or a byte.
import { assert } from '#core/assert.ts'
import {
  keyHash,
  KEY_BYTES_MAX,
  LayoutImage,
  RowKind,
  ROW_BYTES,
  SLOTS_MAX,
  type LayoutOptions,
} from './layout-image.ts'
import { NO_LAYOUT, type LayoutMatcher } from './layout-matcher.ts'
import type { MessageLayout } from './message-layout.ts'

const WORD_BYTES = 4
const BLOCK_BYTES = 16
const INTEGER_DIGITS_MAX = 15
const POWERS_OF_TEN = Float64Array.from({ length: 17 }, (_, exponent) => 10 ** exponent)

const QUOTE = 0x22
const COMMA = 0x2c
const DOT = 0x2e
const ZERO = 0x30
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const TRUE = 0x65757274
const FALSE = 0x736c6166
const LOWER_E = 0x65

/** A message that does not go on as it should. */
const NOT_READ = -1

export class LayoutTwin implements LayoutMatcher {
  readonly values: Float64Array
  readonly lists: readonly Float64Array[]
  readonly #image: LayoutImage
  readonly #words: Int32Array
  #bytes: Uint8Array = new Uint8Array(0)
  /** Over `#bytes`, for whole words of it. */
  #view: DataView = new DataView(new ArrayBuffer(0))
  #end = 0

  constructor(options: LayoutOptions) {
    this.#image = new LayoutImage(new ArrayBuffer(LayoutImage.sizeBytes(options)), options)
    this.#words = this.#image.words
    this.values = this.#image.values
    this.lists = this.#image.lists
  }

  count(list: 0 | 1): number {
    return this.values[SLOTS_MAX + list]!
  }

  add(key: string, layout: MessageLayout): number {
    return this.#image.add(key, layout)
  }

  match(bytes: Uint8Array, start: number, end: number): number {
    assert(start >= 0 && end <= bytes.length, 'a message within its bytes')
    if (bytes !== this.#bytes) this.#use(bytes)
    this.#end = end
    const layoutAt = this.#find(start + this.#image.options.keyAt)
    if (layoutAt === 0 || !this.#run(layoutAt, start)) return NO_LAYOUT
    return this.#words[layoutAt >> 2]!
  }

  receiveBytes(sizeBytes: number): Uint8Array {
    return new Uint8Array(sizeBytes)
  }

  #use(bytes: Uint8Array): void {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  /** Where the layout of the key at `at` stands in the image; 0 when there is none. */
  #find(at: number): number {
    const bytes = this.#bytes
    const limit = Math.min(at + KEY_BYTES_MAX, this.#end - 1)
    let keyEnd = at
    while (keyEnd <= limit && bytes[keyEnd] !== QUOTE) keyEnd++
    if (keyEnd > limit) return 0
    const hash = keyHash(bytes, at, keyEnd)
    const words = this.#words
    const { tableAt, tableMask } = this.#image
    let slot = hash & tableMask
    for (;;) {
      const entry = (tableAt >> 2) + slot * 2
      const layoutAt = words[entry + 1]!
      if (layoutAt === 0 || words[entry] === hash) return layoutAt
      slot = (slot + 1) & tableMask
    }
  }

  #run(layoutAt: number, start: number): boolean {
    const words = this.#words
    let at = start
    let rowAt = layoutAt + ROW_BYTES
    for (;;) {
      const row = rowAt >> 2
      const kind = words[row]
      const sizeBytes = words[row + 1]!
      if (!this.#textIs(at, row + ROW_BYTES / WORD_BYTES, sizeBytes)) return false
      at += sizeBytes
      if (kind === RowKind.End) return at === this.#end
      const slot = words[row + 2]!
      const scale = words[row + 3]!
      if (kind === RowKind.Decimal) at = this.#readDecimal(at, scale, this.values, slot)
      else if (kind === RowKind.Integer) at = this.#readInteger(at, slot)
      else if (kind === RowKind.Flag) at = this.#readFlag(at, slot)
      else at = this.#readLevels(at, slot, scale)
      if (at === NOT_READ) return false
      rowAt += ROW_BYTES + ((sizeBytes + BLOCK_BYTES - 1) & -BLOCK_BYTES)
    }
  }

  #textIs(from: number, textWord: number, sizeBytes: number): boolean {
    const words = this.#words
    const view = this.#view
    const end = from + sizeBytes
    if (end > this.#end) return false
    let word = textWord
    let at = from
    for (; at + WORD_BYTES <= end; at += WORD_BYTES) {
      if (view.getInt32(at, true) !== words[word++]) return false
    }
    for (let shift = 0; at < end; at++, shift += 8) {
      if (view.getUint8(at) !== ((words[word]! >> shift) & 0xff)) return false
    }
    return true
  }

  #readInteger(from: number, slot: number): number {
    const bytes = this.#bytes
    const limit = Math.min(from + BLOCK_BYTES, this.#end)
    let at = from
    let value = 0
    for (; at < limit; at++) {
      const digit = bytes[at]! - ZERO
      if (digit < 0 || digit > 9) break
      value = value * 10 + digit
    }
    const count = at - from
    if (count === 0 || count > INTEGER_DIGITS_MAX) return NOT_READ
    if (count > 1 && bytes[from] === ZERO) return NOT_READ
    this.values[slot] = value
    return at
  }

  #readDecimal(from: number, scale: number, into: Float64Array, index: number): number {
    const bytes = this.#bytes
    const limit = Math.min(from + BLOCK_BYTES, this.#end)
    let at = from
    let pointAt = -1
    let value = 0
    for (; at < limit; at++) {
      const digit = bytes[at]! - ZERO
      if (digit >= 0 && digit <= 9) value = value * 10 + digit
      else if (digit === DOT - ZERO && pointAt < 0) pointAt = at
      else break
    }
    const whole = (pointAt < 0 ? at : pointAt) - from
    if (whole === 0 || (whole > 1 && bytes[from] === ZERO)) return NOT_READ
    const decimals = pointAt < 0 ? 0 : at - pointAt - 1
    if (pointAt >= 0 && decimals === 0) return NOT_READ
    if (value > Number.MAX_SAFE_INTEGER) return NOT_READ
    if (decimals <= scale) {
      const units = value * POWERS_OF_TEN[scale - decimals]!
      if (units > Number.MAX_SAFE_INTEGER) return NOT_READ
      into[index] = units
      return at
    }
    const divisor = POWERS_OF_TEN[decimals - scale]!
    const units = Math.round(value / divisor)
    if (units * divisor !== value) return NOT_READ
    into[index] = units
    return at
  }

  #readFlag(at: number, slot: number): number {
    const end = this.#end
    if (at + WORD_BYTES > end) return NOT_READ
    const word = this.#view.getInt32(at, true)
    if (word === TRUE) {
      this.values[slot] = 1
      return at + 4
    }
    if (word !== FALSE || at + 5 > end || this.#bytes[at + 4] !== LOWER_E) return NOT_READ
    this.values[slot] = 0
    return at + 5
  }

  #readLevels(from: number, list: number, scales: number): number {
    const bytes = this.#bytes
    const end = this.#end
    const prices = this.lists[2 * list]!
    const qtys = this.lists[2 * list + 1]!
    const max = prices.length
    this.values[SLOTS_MAX + list] = 0
    if (from < end && bytes[from] === CLOSE_ARRAY) return from + 1
    let at = from
    for (let level = 0; level < max; level++) {
      if (at + 2 > end || bytes[at] !== OPEN_ARRAY || bytes[at + 1] !== QUOTE) return NOT_READ
      at = this.#readDecimal(at + 2, scales & 0xff, prices, level)
      if (at === NOT_READ || prices[level] === 0 || !this.#isBetween(at)) return NOT_READ
      at = this.#readDecimal(at + 3, scales >> 8, qtys, level)
      if (at === NOT_READ || at + 3 > end) return NOT_READ
      if (bytes[at] !== QUOTE || bytes[at + 1] !== CLOSE_ARRAY) return NOT_READ
      const next = bytes[at + 2]
      at += 3
      if (next === COMMA) continue
      if (next !== CLOSE_ARRAY) return NOT_READ
      this.values[SLOTS_MAX + list] = level + 1
      return at
    }
    return NOT_READ
  }

  /** `","` */
  #isBetween(at: number): boolean {
    const bytes = this.#bytes
    if (at + 3 > this.#end) return false
    return bytes[at] === QUOTE && bytes[at + 1] === COMMA && bytes[at + 2] === QUOTE
  }
}
