// Hot path.
// A set of small integers in order of arrival: marking twice is free, taking is FIFO.
import { assert } from './assert.ts'

export class DirtySet {
  readonly #marked: Uint8Array
  readonly #queue: Uint32Array
  #head = 0
  #count = 0

  constructor(capacity: number) {
    assert(capacity > 0, 'a dirty set needs room')
    this.#marked = new Uint8Array(capacity)
    this.#queue = new Uint32Array(capacity)
  }

  get count(): number {
    return this.#count
  }

  mark(index: number): void {
    if (this.#marked[index] === 1) return
    assert(index >= 0 && index < this.#queue.length, 'index beyond the dirty set')
    this.#marked[index] = 1
    const tail = this.#head + this.#count
    this.#queue[tail < this.#queue.length ? tail : tail - this.#queue.length] = index
    this.#count++
  }

  /** The longest-waiting index; the set must not be empty. */
  take(): number {
    assert(this.#count > 0, 'take from an empty dirty set')
    const index = this.#queue[this.#head]!
    this.#head = this.#head + 1 === this.#queue.length ? 0 : this.#head + 1
    this.#count--
    this.#marked[index] = 0
    return index
  }
}
