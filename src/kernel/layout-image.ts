// The memory that a layout matcher works on, the same for the kernel and for its twin:
//
//      0  header: 16 words            keyAt, tableMask, tableAt, levelsMax, four list addresses
//     64  key masks                   16 bytes of ones, 16 of zeros
//     96  lanes                       16 bytes of 0x80, then 0 … 15
//    128  powers of ten               float64 each, 10^0 … 10^16
//    320  their reciprocals           float64 each
//    512  values                      float64 each: slots 0 … 29, then the counts of both lists
//    768  lists                       prices and quantities of list 0, then of list 1
//      …  table                       hash of a key, address of its layout: two words an entry
//      …  layouts                     one after another, each a header and its rows
//
//   layout  number · 0 · 0 · 0
//   row     kind · text size · slot or list · scale    (words), then the text, filled to 16 bytes
//
// A message is found by its key: the text from `keyAt` bytes behind its start to the next quote.
// The address 0 means none: nothing but the header stands there.
import { assert } from '#core/assert.ts'
import type { LayoutValue, MessageLayout } from './message-layout.ts'

export const RowKind = { End: 0, Integer: 1, Decimal: 2, Flag: 3, Levels: 4 } as const
export type RowKind = (typeof RowKind)[keyof typeof RowKind]

const WORD_BYTES = 4
const FLOAT_BYTES = 8
const BLOCK_BYTES = 16
const KEY_MASKS_AT = 64
const POWERS_AT = 128
const VALUES_AT = 512
const LISTS_AT = 768
const LANES_AT = 112
const FRACTIONS_AT = 320
const EXPONENT_MAX = 16
const ENTRY_BYTES = 8
/** A layout's header, and a row's in front of its text. */
export const ROW_BYTES = 16
/** Values that a layout may name; behind them stand the two counts. */
export const SLOTS_MAX = 30
export const KEY_BYTES_MAX = 31
/** Scales for which every intermediate value has its power of ten. */
const SCALE_MAX = 12
/** Room for one layout on average; a depth message takes about 300 bytes. */
const LAYOUT_BYTES = 384
/** Loads of the kernel reach this far behind what they want. */
export const OVERREAD_BYTES = 64

export interface LayoutOptions {
  /** Where a message's key begins, from the message's start. */
  readonly keyAt: number
  readonly levelsMax: number
  readonly layoutsMax: number
}

export class LayoutImage {
  readonly buffer: ArrayBuffer
  readonly bytes: Uint8Array
  readonly words: Int32Array
  readonly values: Float64Array
  /** Prices and quantities of list 0, then of list 1. */
  readonly lists: readonly Float64Array[]
  readonly tableMask: number
  readonly tableAt: number
  readonly options: LayoutOptions
  readonly #endAt: number
  #nextAt: number
  #count = 0

  /** Bytes that `buffer` must have. */
  static sizeBytes(options: LayoutOptions): number {
    const listsBytes = 4 * options.levelsMax * FLOAT_BYTES
    const tableBytes = slotsOf(options) * ENTRY_BYTES
    const layoutsBytes = options.layoutsMax * LAYOUT_BYTES
    return roundUp(LISTS_AT + listsBytes + tableBytes + layoutsBytes + OVERREAD_BYTES)
  }

  /** `buffer` is all zeros. */
  constructor(buffer: ArrayBuffer, options: LayoutOptions) {
    const sizeBytes = LayoutImage.sizeBytes(options)
    assert(buffer.byteLength >= sizeBytes, 'the image fits its memory')
    this.buffer = buffer
    this.options = options
    this.bytes = new Uint8Array(buffer)
    this.words = new Int32Array(buffer, 0, sizeBytes / WORD_BYTES)
    this.values = new Float64Array(buffer, VALUES_AT, SLOTS_MAX + 2)
    const listBytes = options.levelsMax * FLOAT_BYTES
    const listsAt = [0, 1, 2, 3].map((list) => LISTS_AT + list * listBytes)
    this.lists = listsAt.map((at) => new Float64Array(buffer, at, options.levelsMax))
    this.tableAt = LISTS_AT + 4 * listBytes
    this.tableMask = slotsOf(options) - 1
    this.#nextAt = roundUp(this.tableAt + slotsOf(options) * ENTRY_BYTES)
    this.#endAt = sizeBytes - OVERREAD_BYTES
    const header = [options.keyAt, this.tableMask, this.tableAt, options.levelsMax, ...listsAt]
    this.words.set(header)
    this.bytes.fill(0xff, KEY_MASKS_AT, KEY_MASKS_AT + BLOCK_BYTES)
    this.bytes.fill(0x80, LANES_AT - BLOCK_BYTES, LANES_AT)
    for (let lane = 0; lane < BLOCK_BYTES; lane++) this.bytes[LANES_AT + lane] = lane
    const powers = new Float64Array(buffer, POWERS_AT, EXPONENT_MAX + 1)
    const fractions = new Float64Array(buffer, FRACTIONS_AT, EXPONENT_MAX + 1)
    for (let exponent = 0; exponent <= EXPONENT_MAX; exponent++) {
      powers[exponent] = 10 ** exponent
      fractions[exponent] = 1 / powers[exponent]!
    }
  }

  /** The layout's number, or −1 when there is no room for it, or its key is too long. */
  add(key: string, layout: MessageLayout): number {
    const rows = rowsOf(layout)
    const keyBytes = new TextEncoder().encode(key)
    const sizeBytes = rows.reduce((sum, row) => sum + rowBytes(row), ROW_BYTES)
    if (keyBytes.length > KEY_BYTES_MAX || this.#nextAt + sizeBytes > this.#endAt) return -1
    if (this.#count === this.options.layoutsMax) return -1
    const number = this.#count++
    const at = this.#nextAt
    this.words[at / WORD_BYTES] = number
    let rowAt = at + ROW_BYTES
    for (const row of rows) {
      this.words.set([row.kind, row.text.length, row.slot, row.scale], rowAt / WORD_BYTES)
      this.bytes.set(row.text, rowAt + ROW_BYTES)
      rowAt += rowBytes(row)
    }
    this.#nextAt = rowAt
    this.#enter(keyHash(keyBytes, 0, keyBytes.length), at)
    return number
  }

  /** Two keys of one hash: the second is not found, its messages are read the lenient way. */
  #enter(hash: number, layoutAt: number): void {
    const { words, tableAt, tableMask } = this
    let slot = hash & tableMask
    const entryAt = (): number => (tableAt + slot * ENTRY_BYTES) / WORD_BYTES
    while (words[entryAt() + 1] !== 0) slot = (slot + 1) & tableMask
    words[entryAt()] = hash
    words[entryAt() + 1] = layoutAt
  }
}

/** Of a key in [start, end), as the kernel mixes it: two blocks of four words. */
export function keyHash(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0
  for (let lane = 0; lane < 4; lane++) {
    const head = wordAt(bytes, start + lane * WORD_BYTES, end)
    const tail = wordAt(bytes, start + BLOCK_BYTES + lane * WORD_BYTES, end)
    const mixed = Math.imul(head, 0x9e3779b1) ^ Math.imul(tail, 0x85ebca77)
    hash = (Math.imul(hash, 31) + mixed) | 0
  }
  return hash ^ (hash >>> 15)
}

/** Four bytes, the first lowest; those from `end` on count as zero. */
function wordAt(bytes: Uint8Array, at: number, end: number): number {
  let word = 0
  for (let i = Math.min(WORD_BYTES, end - at) - 1; i >= 0; i--) word = (word << 8) | bytes[at + i]!
  return word
}

interface Row {
  readonly kind: RowKind
  readonly text: Uint8Array
  readonly slot: number
  readonly scale: number
}

/** Each value takes the text before it into its row. */
function rowsOf(layout: MessageLayout): Row[] {
  const rows: Row[] = []
  let text = ''
  let isBehindNumber = false
  for (const part of layout) {
    if (typeof part === 'string') {
      text += part
      continue
    }
    assert(text !== '', 'a layout begins with text and has text between its values')
    assert(!isBehindNumber || !/^[0-9.]/.test(text), 'a text behind a number is not part of it')
    rows.push(valueRow(part, text))
    isBehindNumber = part.kind === 'integer' || part.kind === 'decimal'
    text = ''
  }
  assert(text !== '', 'a layout ends with text')
  assert(!isBehindNumber || !/^[0-9.]/.test(text), 'a text behind a number is not part of it')
  rows.push({ kind: RowKind.End, text: new TextEncoder().encode(text), slot: 0, scale: 0 })
  return rows
}

function valueRow(value: LayoutValue, textBefore: string): Row {
  const text = new TextEncoder().encode(textBefore)
  if (value.kind === 'levels') {
    const { list, priceScale, qtyScale } = value
    assert(Math.max(priceScale, qtyScale) <= SCALE_MAX, 'the scales of levels are known')
    return { kind: RowKind.Levels, text, slot: list, scale: priceScale | (qtyScale << 8) }
  }
  assert(value.slot >= 0 && value.slot < SLOTS_MAX, 'a slot of the values')
  if (value.kind === 'integer') return { kind: RowKind.Integer, text, slot: value.slot, scale: 0 }
  if (value.kind === 'flag') return { kind: RowKind.Flag, text, slot: value.slot, scale: 0 }
  assert(value.scale >= 0 && value.scale <= SCALE_MAX, 'the scale of a decimal is known')
  return { kind: RowKind.Decimal, text, slot: value.slot, scale: value.scale }
}

function rowBytes(row: Row): number {
  return ROW_BYTES + roundUp(row.text.length)
}

/** At most half of the table is ever taken. */
function slotsOf({ layoutsMax }: LayoutOptions): number {
  return 2 ** Math.ceil(Math.log2(2 * layoutsMax))
}

function roundUp(sizeBytes: number): number {
  return Math.ceil(sizeBytes / BLOCK_BYTES) * BLOCK_BYTES
}
