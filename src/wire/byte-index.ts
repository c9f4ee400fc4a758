// Hot path.
// From a name's bytes on the wire to a number, without making a string: open addressing over a
// fixed set of exact names (symbols, stream names) that is filled before traffic begins.
import { assert } from '#core/assert.ts'
import { INSTRUMENTS_MAX } from '#core/limits.ts'

/** A symbol and its streams: up to six names an instrument. */
const NAMES_MAX = 6 * INSTRUMENTS_MAX
const BUCKETS = 65_536
const BUCKET_MASK = BUCKETS - 1
const NONE = -1

assert(BUCKETS >= 2 * NAMES_MAX, 'a byte index stays half empty')

export class ByteIndex {
  readonly #names: Uint8Array[] = []
  readonly #values: number[] = []
  readonly #buckets = new Int32Array(BUCKETS).fill(NONE)

  /** A name added again takes the new value. */
  add(name: string, value: number): void {
    assert(this.#names.length < NAMES_MAX, 'a byte index holds NAMES_MAX names')
    const bytes = new TextEncoder().encode(name)
    let bucket = hash(bytes, 0, bytes.length)
    for (;;) {
      const at = this.#buckets[bucket]!
      if (at === NONE) break
      if (this.#isName(at, bytes, 0, bytes.length)) {
        this.#values[at] = value
        return
      }
      bucket = (bucket + 1) & BUCKET_MASK
    }
    this.#buckets[bucket] = this.#names.length
    this.#names.push(bytes)
    this.#values.push(value)
  }

  /** The value of the name in `bytes[start, end)`, or −1. */
  find(bytes: Uint8Array, start: number, end: number): number {
    let bucket = hash(bytes, start, end)
    for (;;) {
      const at = this.#buckets[bucket]!
      if (at === NONE) return NONE
      if (this.#isName(at, bytes, start, end)) return this.#values[at]!
      bucket = (bucket + 1) & BUCKET_MASK
    }
  }

  #isName(at: number, bytes: Uint8Array, start: number, end: number): boolean {
    const name = this.#names[at]!
    const size = name.length
    if (size !== end - start) return false
    for (let i = 0; i < size; i++) if (name[i] !== bytes[start + i]) return false
    return true
  }
}

/** Looks at both ends and the middle only: names differ there, and the comparison decides. */
function hash(bytes: Uint8Array, start: number, end: number): number {
  const size = end - start
  if (size < 4) return (size * 31 + (size > 0 ? bytes[start]! : 0)) & BUCKET_MASK
  let mixed = size
  mixed = Math.imul(mixed, 31) + bytes[start]!
  mixed = Math.imul(mixed, 31) + bytes[start + 1]!
  mixed = Math.imul(mixed, 31) + bytes[start + 2]!
  mixed = Math.imul(mixed, 31) + bytes[start + 3]!
  mixed = Math.imul(mixed, 31) + bytes[start + (size >> 1)]!
  mixed = Math.imul(mixed, 31) + bytes[end - 2]!
  mixed = Math.imul(mixed, 31) + bytes[end - 1]!
  return (mixed ^ (mixed >>> 13)) & BUCKET_MASK
}
