// What the engine shows of itself: a row of JSON for each task in shared memory, written by the
// engine a few rows at a time and read by the control worker, without a lock.
//
//   words:  mode i32 │ rows i32 │ wallUs f64 │ …       rows: 0 before the first publishing
//   row:    version i32 │ bytes in slot 0 i32 │ bytes in slot 1 i32 │ … │ slot 0 │ slot 1
//
// A row's version v stands in slot v & 1. The writer fills the other slot and then raises the
// version, so what a reader copied is whole as long as the version has not moved meanwhile, and a
// writer that is held up in the middle of it holds up nobody. Rows may be of different moments.
//
// Ten thousand reports take the engine half a second to make: so it makes only those that are due,
// and the worker, whose time is nobody's, puts all rows together when somebody asks.
import { assert } from '#core/assert.ts'
import { Outcome } from '#core/outcome.ts'
import type { TaskReport } from '#task/task.ts'

const MODES = ['sim', 'paper', 'live'] as const
export type StatusMode = (typeof MODES)[number]

const MODE_WORD = 0
const ROWS_WORD = 1
const WALL_US_BYTE = 8
const HEADER_BYTES = 64
const ROW_HEADER_BYTES = 16
/** A report is about 400 bytes, and more with a long reason. */
const SLOT_BYTES = 2_048
const ROW_BYTES = ROW_HEADER_BYTES + 2 * SLOT_BYTES
/** A reader that loses this often against a writer of a few rows a second is our bug. */
const ATTEMPTS_MAX = 100

export interface StatusHead {
  readonly mode: StatusMode
  /** When it was published, µs since the epoch. */
  readonly wallUs: number
  /** Rows that may hold a task. */
  readonly rows: number
}

export function allocateStatusView(rows: number): SharedArrayBuffer {
  return new SharedArrayBuffer(HEADER_BYTES + rows * ROW_BYTES)
}

/** The engine's end. */
export class StatusPublisher {
  readonly #memory: StatusMemory

  constructor(buffer: SharedArrayBuffer) {
    this.#memory = new StatusMemory(buffer)
  }

  publish({ mode, wallUs, rows }: StatusHead): void {
    const { words, doubles } = this.#memory
    assert(rows <= this.#memory.rowsMax, 'a row for each task')
    doubles[WALL_US_BYTE / 8] = wallUs
    words[MODE_WORD] = MODES.indexOf(mode)
    // Raised by one, so that a run without tasks differs from one that has published nothing.
    Atomics.store(words, ROWS_WORD, rows + 1)
  }

  /** TooLarge leaves the task's previous report in place. */
  publishTask(row: number, report: TaskReport): Outcome {
    const { words } = this.#memory
    const text = Buffer.from(JSON.stringify(report))
    if (text.length > SLOT_BYTES) return Outcome.TooLarge
    const at = this.#memory.wordOf(row)
    const version = Atomics.load(words, at) + 1
    const slot = version & 1
    this.#memory.bytesOf(row, slot, text.length).set(text)
    words[at + 1 + slot] = text.length
    Atomics.store(words, at, version)
    return Outcome.Ok
  }
}

/** The control worker's end. */
export class StatusReader {
  readonly #memory: StatusMemory

  constructor(buffer: SharedArrayBuffer) {
    this.#memory = new StatusMemory(buffer)
  }

  /** `{mode, wallUs, tasks}` as JSON text, or null before the first publishing. */
  read(): string | null {
    const { words, doubles } = this.#memory
    const rows = Atomics.load(words, ROWS_WORD) - 1
    if (rows < 0) return null
    const tasks: string[] = []
    for (let row = 0; row < rows; row++) {
      const text = this.#readRow(row)
      if (text !== '') tasks.push(text)
    }
    const mode = MODES[words[MODE_WORD]!]
    const wallUs = doubles[WALL_US_BYTE / 8]!
    return `{"mode":"${mode}","wallUs":${wallUs},"tasks":[${tasks.join(',')}]}`
  }

  /** '' for a row that holds no task. */
  #readRow(row: number): string {
    const { words } = this.#memory
    const at = this.#memory.wordOf(row)
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const version = Atomics.load(words, at)
      if (version === 0) return ''
      const slot = version & 1
      const copy = this.#memory.bytesOf(row, slot, words[at + 1 + slot]!).slice()
      if (Atomics.load(words, at) === version) return Buffer.from(copy).toString()
    }
    assert(false, 'a row is copied faster than it is written')
    return ''
  }
}

class StatusMemory {
  readonly words: Int32Array
  readonly doubles: Float64Array
  readonly rowsMax: number
  readonly #bytes: Uint8Array

  constructor(buffer: SharedArrayBuffer) {
    this.words = new Int32Array(buffer)
    this.doubles = new Float64Array(buffer, 0, HEADER_BYTES / 8)
    this.#bytes = new Uint8Array(buffer)
    this.rowsMax = (buffer.byteLength - HEADER_BYTES) / ROW_BYTES
  }

  /** Of the row's version; the sizes of its slots follow. */
  wordOf(row: number): number {
    return (HEADER_BYTES + row * ROW_BYTES) / 4
  }

  bytesOf(row: number, slot: number, sizeBytes: number): Uint8Array {
    const start = HEADER_BYTES + row * ROW_BYTES + ROW_HEADER_BYTES + slot * SLOT_BYTES
    return this.#bytes.subarray(start, start + sizeBytes)
  }
}
