// Hot path.
// A ring of variable-size records in shared memory, for exactly one producer and one consumer,
// on two threads or (in virtual time) on one.
//
//   0            64           128            192                                192 + capacity
//   ├─ tail i32 ─┼─ head i32 ─┼─ 16 words ───┼─────────────── records ──────────────┤
//     producer     consumer     the users'
//
//   a record:   ├─ bodyBytes u32 ─┼─ 0 u32 ─┼─ body … ─┼─ pad to 8 ─┤     8-byte aligned
//   the rest of the memory where the next record does not fit:  ├─ WRAP u32 ─┼─ skipped ─┤
//
// tail and head count bytes for ever (modulo 2^32); a position is the count modulo the capacity.
// Each side keeps its own count in a field and reads the other's only when it must. Full is an
// outcome. Nobody is ever notified: waking a thread costs the producer 5 µs, so consumers poll.
import { assert } from './assert.ts'
import { Outcome } from './outcome.ts'

const TAIL_WORD = 0
const HEAD_WORD = 16
const USER_WORDS = 32
const USER_WORD_COUNT = 16
const HEADER_BYTES = 192
const RECORD_HEADER_BYTES = 8
const WRAP = 0xffff_ffff
const CAPACITY_BYTES_MIN = 64
const CAPACITY_BYTES_MAX = 1 << 30

/** The memory and its views. Pass `buffer` to the other thread and construct the same there. */
export class SharedRing {
  readonly buffer: SharedArrayBuffer
  readonly capacity: number
  /** The record area; offsets given by producer and consumer index it. */
  readonly bytes: Uint8Array
  readonly view: DataView
  /** 16 words that belong to the ring's users (progress, stop flags); access with Atomics. */
  readonly words: Int32Array
  /** The record area as words, for the record headers. */
  readonly words32: Uint32Array
  /** Tail and head. */
  readonly counters: Int32Array

  constructor(buffer: SharedArrayBuffer) {
    const capacity = buffer.byteLength - HEADER_BYTES
    assert(capacity >= CAPACITY_BYTES_MIN, 'a ring holds at least 64 bytes')
    assert(capacity <= CAPACITY_BYTES_MAX, 'byte counts must not overtake each other')
    assert((capacity & (capacity - 1)) === 0, 'a ring has a power of two as capacity')
    this.buffer = buffer
    this.capacity = capacity
    this.bytes = new Uint8Array(buffer, HEADER_BYTES, capacity)
    this.view = new DataView(buffer, HEADER_BYTES, capacity)
    this.words32 = new Uint32Array(buffer, HEADER_BYTES, capacity / 4)
    this.words = new Int32Array(buffer, USER_WORDS * 4, USER_WORD_COUNT)
    this.counters = new Int32Array(buffer, 0, USER_WORDS)
  }

  /** Fresh, empty memory; `capacityBytes` is a power of two. */
  static allocate(capacityBytes: number): SharedRing {
    return new SharedRing(new SharedArrayBuffer(HEADER_BYTES + capacityBytes))
  }

  /** Largest body one record may have: two of them fit, wherever the ring stands. */
  get bodyBytesMax(): number {
    return this.capacity / 2 - RECORD_HEADER_BYTES
  }

  /** Bytes published and not yet given back, from either thread. */
  get usedBytes(): number {
    const head = Atomics.load(this.counters, HEAD_WORD)
    return (Atomics.load(this.counters, TAIL_WORD) - head) | 0
  }
}

/** The writing end. `begin`, fill the body in the ring's own memory, `commit`. */
export class RingProducer {
  readonly ring: SharedRing
  readonly #counters: Int32Array
  readonly #words32: Uint32Array
  readonly #capacity: number
  #tail: number
  /** The consumer's count as last read: what is free is never less than this says. */
  #headSeen: number
  #bodyBytesReserved = -1

  constructor(ring: SharedRing) {
    this.ring = ring
    this.#counters = ring.counters
    this.#words32 = ring.words32
    this.#capacity = ring.capacity
    this.#tail = Atomics.load(ring.counters, TAIL_WORD)
    this.#headSeen = Atomics.load(ring.counters, HEAD_WORD)
  }

  /**
   * Reserves a body of up to `bodyBytesMax` bytes and returns its offset (a multiple of 8) in
   * `ring.bytes`, or Outcome.Full. A reservation that is not committed is forgotten by the next.
   */
  begin(bodyBytesMax: number): number {
    assert(bodyBytesMax >= 0, 'a body has a size')
    assert(bodyBytesMax <= this.ring.bodyBytesMax, 'a record is at most half of its ring')
    const capacity = this.#capacity
    const needed = RECORD_HEADER_BYTES + alignUp(bodyBytesMax)
    const position = this.#tail & (capacity - 1)
    const toEnd = capacity - position
    const skipped = toEnd < needed ? toEnd : 0
    if (!this.#hasRoom(skipped + needed)) return Outcome.Full
    if (skipped > 0) {
      this.#words32[position >> 2] = WRAP
      this.#tail = (this.#tail + skipped) | 0
    }
    this.#bodyBytesReserved = bodyBytesMax
    return (skipped > 0 ? 0 : position) + RECORD_HEADER_BYTES
  }

  /** Publishes the reserved record with the body size it turned out to have. */
  commit(bodyBytes: number): void {
    assert(bodyBytes >= 0, 'a body has a size')
    assert(bodyBytes <= this.#bodyBytesReserved, 'a body stays within its reservation')
    const position = this.#tail & (this.#capacity - 1)
    this.#words32[position >> 2] = bodyBytes
    this.#words32[(position >> 2) + 1] = 0
    this.#tail = (this.#tail + RECORD_HEADER_BYTES + alignUp(bodyBytes)) | 0
    this.#bodyBytesReserved = -1
    Atomics.store(this.#counters, TAIL_WORD, this.#tail)
  }

  /** Share of the memory in use, 0 to 1. */
  get fullness(): number {
    return this.ring.usedBytes / this.#capacity
  }

  #hasRoom(bytes: number): boolean {
    if (((this.#tail - this.#headSeen) | 0) + bytes <= this.#capacity) return true
    this.#headSeen = Atomics.load(this.#counters, HEAD_WORD)
    return ((this.#tail - this.#headSeen) | 0) + bytes <= this.#capacity
  }
}

/** The reading end. Records stay valid until `release`, which gives back all that were read. */
export class RingConsumer {
  readonly ring: SharedRing
  /** Size of the record that the last `next` returned. */
  bodyBytes = 0
  readonly #counters: Int32Array
  readonly #words32: Uint32Array
  readonly #capacity: number
  #head: number
  #tailSeen: number

  constructor(ring: SharedRing) {
    this.ring = ring
    this.#counters = ring.counters
    this.#words32 = ring.words32
    this.#capacity = ring.capacity
    this.#head = Atomics.load(ring.counters, HEAD_WORD)
    this.#tailSeen = this.#head
  }

  /** Offset in `ring.bytes` of the oldest unread body, or −1 when there is none. */
  next(): number {
    if (this.#head === this.#tailSeen) {
      this.#tailSeen = Atomics.load(this.#counters, TAIL_WORD)
      if (this.#head === this.#tailSeen) return -1
    }
    let position = this.#head & (this.#capacity - 1)
    let bodyBytes = this.#words32[position >> 2]!
    if (bodyBytes === WRAP) {
      this.#head = (this.#head + this.#capacity - position) | 0
      position = 0
      bodyBytes = this.#words32[position >> 2]!
    }
    assert(bodyBytes <= this.ring.bodyBytesMax, 'a published record has a possible size')
    this.#head = (this.#head + RECORD_HEADER_BYTES + alignUp(bodyBytes)) | 0
    this.bodyBytes = bodyBytes
    return position + RECORD_HEADER_BYTES
  }

  /** Gives the memory of every record read so far back to the producer. */
  release(): void {
    Atomics.store(this.#counters, HEAD_WORD, this.#head)
  }
}

function alignUp(bytes: number): number {
  return (bytes + 7) & ~7
}
