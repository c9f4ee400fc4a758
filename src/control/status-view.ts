// What the engine shows of itself: a JSON snapshot in shared memory, written a few times a second
// by the engine and read whole by the control worker, without a lock.
//
//   words:  version i32 │ bytes in slot 0 i32 │ bytes in slot 1 i32
//   slots:  ├──────── slot 0 ────────┼──────── slot 1 ────────┤
//
// Version v stands in slot v & 1. The writer fills the other slot and then raises the version, so
// what a reader copied is whole as long as the version has not moved meanwhile.
import { assert } from '#core/assert.ts'
import { Outcome } from '#core/outcome.ts'
import type { TaskReport } from '#task/task.ts'

const VERSION = 0
const SLOT_BYTES_WORD = 1
const HEADER_BYTES = 64
/** 16,384 tasks of half a kilobyte; untouched pages cost nothing. */
const SLOT_BYTES = 8 << 20
/** A reader that loses this often against a writer of four a second is our bug. */
const ATTEMPTS_MAX = 100

export interface StatusSnapshot {
  readonly mode: 'sim' | 'paper' | 'live'
  /** When it was taken, µs since the epoch. */
  readonly wallUs: number
  readonly tasks: readonly TaskReport[]
}

export function allocateStatusView(slotBytes = SLOT_BYTES): SharedArrayBuffer {
  return new SharedArrayBuffer(HEADER_BYTES + 2 * slotBytes)
}

/** The engine's end. */
export class StatusPublisher {
  readonly #memory: StatusMemory

  constructor(buffer: SharedArrayBuffer) {
    this.#memory = new StatusMemory(buffer)
  }

  /** TooLarge leaves the previous snapshot in place. */
  publish(snapshot: StatusSnapshot): Outcome {
    const { words, slots } = this.#memory
    const text = Buffer.from(JSON.stringify(snapshot))
    const version = Atomics.load(words, VERSION) + 1
    const slot = slots[version & 1]!
    if (text.length > slot.length) return Outcome.TooLarge
    slot.set(text)
    words[SLOT_BYTES_WORD + (version & 1)] = text.length
    Atomics.store(words, VERSION, version)
    return Outcome.Ok
  }
}

/** The control worker's end. */
export class StatusReader {
  readonly #memory: StatusMemory

  constructor(buffer: SharedArrayBuffer) {
    this.#memory = new StatusMemory(buffer)
  }

  /** JSON text of the newest snapshot, or null before the first. */
  read(): string | null {
    const { words, slots } = this.#memory
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const version = Atomics.load(words, VERSION)
      if (version === 0) return null
      const slot = slots[version & 1]!
      const copy = slot.slice(0, words[SLOT_BYTES_WORD + (version & 1)])
      if (Atomics.load(words, VERSION) === version) return Buffer.from(copy).toString()
    }
    assert(false, 'a snapshot is copied faster than it is written')
    return null
  }
}

class StatusMemory {
  readonly words: Int32Array
  readonly slots: readonly [Uint8Array, Uint8Array]

  constructor(buffer: SharedArrayBuffer) {
    const slotBytes = (buffer.byteLength - HEADER_BYTES) / 2
    this.words = new Int32Array(buffer, 0, HEADER_BYTES / 4)
    this.slots = [
      new Uint8Array(buffer, HEADER_BYTES, slotBytes),
      new Uint8Array(buffer, HEADER_BYTES + slotBytes, slotBytes),
    ]
  }
}
