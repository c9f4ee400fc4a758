// The lines of a capture, plain or gzip, as bytes: `<receive ns> <raw JSON>`, or JSON alone.
// Only one line is held at a time, so that a capture may be larger than memory.
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import { EngineError, errorText } from '#core/engine-error.ts'

/** Far above a 5,000-level snapshot; a longer line is not a capture. */
const LINE_BYTES_MAX = 4 << 20
const NEWLINE = 0x0a
const CARRIAGE_RETURN = 0x0d
const SPACE = 0x20
const DIGIT_0 = 0x30
const DIGIT_9 = 0x39

export interface CaptureLine {
  readonly bytes: Uint8Array
  /** Where the JSON starts and ends in `bytes`. */
  readonly start: number
  readonly end: number
  /** Receive time as written, ns since some epoch; −1 where the line has none. */
  readonly receivedNs: number
  /** From 1. */
  readonly number: number
}

/**
 * Calls `onLine` for every line that is not blank, in order; a false from it ends the reading.
 * @throws EngineError `capture_unreadable` or `capture_damaged`, naming file and line.
 */
export async function readCapture(
  path: string,
  onLine: (line: CaptureLine) => boolean | void,
): Promise<void> {
  const isZipped = await isGzip(path)
  const file = createReadStream(path)
  const stream = isZipped ? file.pipe(createGunzip()) : file
  file.on('error', (error) => stream.destroy(error))
  const splitter = new LineSplitter(path, onLine)
  try {
    for await (const chunk of stream) {
      if (!splitter.feed(chunk as Buffer)) break
    }
    splitter.end()
  } catch (error) {
    if (error instanceof EngineError) throw error
    const text = `${path} cannot be read to its end (${errorText(error)}): record or copy it again`
    throw new EngineError('capture_damaged', text, 'error', error)
  } finally {
    file.destroy()
  }
}

async function isGzip(path: string): Promise<boolean> {
  const magic = Buffer.alloc(2)
  try {
    const file = await open(path)
    try {
      await file.read(magic, 0, 2, 0)
    } finally {
      await file.close()
    }
  } catch (error) {
    const text = `capture ${path} cannot be opened: ${errorText(error)}`
    throw new EngineError('capture_unreadable', text, 'error', error)
  }
  return magic[0] === 0x1f && magic[1] === 0x8b
}

class LineSplitter {
  readonly #path: string
  readonly #onLine: (line: CaptureLine) => boolean | void
  #tail: Buffer = Buffer.alloc(0)
  #number = 0
  #isDone = false

  constructor(path: string, onLine: (line: CaptureLine) => boolean | void) {
    this.#path = path
    this.#onLine = onLine
  }

  /** False once the reader has had enough. */
  feed(chunk: Buffer): boolean {
    const bytes = this.#tail.length === 0 ? chunk : Buffer.concat([this.#tail, chunk])
    let start = 0
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, start)) {
      this.#line(bytes, start, at)
      start = at + 1
      if (this.#isDone) return false
    }
    this.#tail = bytes.subarray(start)
    if (this.#tail.length > LINE_BYTES_MAX) {
      throw new EngineError(
        'capture_damaged',
        `${this.#path}: line ${this.#number + 1} is longer than ${LINE_BYTES_MAX} bytes: ` +
          'this is no capture of market messages',
      )
    }
    return true
  }

  end(): void {
    if (!this.#isDone && this.#tail.length > 0) this.#line(this.#tail, 0, this.#tail.length)
  }

  #line(bytes: Buffer, from: number, to: number): void {
    this.#number++
    const end = to > from && bytes[to - 1] === CARRIAGE_RETURN ? to - 1 : to
    let start = from
    while (start < end && bytes[start]! >= DIGIT_0 && bytes[start]! <= DIGIT_9) start++
    const hasStamp = start > from && bytes[start] === SPACE
    const receivedNs = hasStamp ? Number(bytes.toString('latin1', from, start)) : -1
    if (!hasStamp) start = from
    while (start < end && bytes[start] === SPACE) start++
    if (start === end) return
    const goesOn = this.#onLine({ bytes, start, end, receivedNs, number: this.#number })
    if (goesOn === false) this.#isDone = true
  }
}
