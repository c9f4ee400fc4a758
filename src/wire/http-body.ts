// The body of an HTTP/1.1 message, collected whole: by length, by chunks, or until the peer ends.
// It is fed pieces as they come and says how far it read. Trailers and chunk extensions are
// skipped: no venue says anything in them.

export type BodyState = 'reading' | 'complete' | 'refused'

/** What stands next on the wire of a chunked body. */
type ChunkPart = 'size_line' | 'data' | 'data_end' | 'trailer_line'

const STORE_BYTES_FIRST = 16_384
/** A larger store is given back before the next message: listings are rare, answers are small. */
const STORE_BYTES_KEPT = 1 << 20
/** A line of a chunked body longer than this is refused. */
const LINE_BYTES_MAX = 4_096
const CHUNK_SIZE_LINE = /^([0-9A-Fa-f]{1,8})[ \t]*(?:;.*)?$/
const CR = 13
const LF = 10

export class HttpBody {
  refusal = ''
  readonly #bytesMax: number
  #state: BodyState = 'complete'
  #store: Uint8Array = new Uint8Array(0)
  #storeBytes = 0
  /** Bytes still due of the body or of the current chunk; Infinity until the peer ends. */
  #dueBytes = 0
  #isChunked = false
  #part: ChunkPart = 'size_line'
  #trailerBytes = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  get state(): BodyState {
    return this.#state
  }

  /** What was collected, valid until the next begin. */
  get bytes(): Uint8Array {
    return this.#store.subarray(0, this.#storeBytes)
  }

  beginSized(sizeBytes: number): void {
    this.#begin(sizeBytes)
    if (sizeBytes > this.#bytesMax) this.#refuse(this.#tooLarge())
    else if (sizeBytes === 0) this.#state = 'complete'
  }

  beginChunked(): void {
    this.#begin(0)
    this.#isChunked = true
    this.#part = 'size_line'
    this.#trailerBytes = 0
  }

  beginUntilEnd(): void {
    this.#begin(Number.POSITIVE_INFINITY)
  }

  /** Reads bytes[start, end) as far as the body goes; returns where it stopped. */
  read(bytes: Uint8Array, start: number, end: number): number {
    let at = start
    while (this.#state === 'reading' && at < end) {
      const next = this.#isDataDue()
        ? this.#readData(bytes, at, end)
        : this.#readLine(bytes, at, end)
      if (next === at) break
      at = next
    }
    return at
  }

  /** The peer ended the stream: that completes a body without a length, and breaks any other. */
  end(): void {
    if (this.#state !== 'reading') return
    if (this.#dueBytes === Number.POSITIVE_INFINITY) this.#state = 'complete'
    else this.#refuse('the stream ended inside the body')
  }

  #begin(dueBytes: number): void {
    if (this.#store.length > STORE_BYTES_KEPT) this.#store = new Uint8Array(0)
    this.#storeBytes = 0
    this.#dueBytes = dueBytes
    this.#isChunked = false
    this.#state = 'reading'
    this.refusal = ''
  }

  #isDataDue(): boolean {
    return !this.#isChunked || this.#part === 'data'
  }

  #readData(bytes: Uint8Array, at: number, end: number): number {
    const takenBytes = Math.min(end - at, this.#dueBytes)
    const bytesAfter = this.#storeBytes + takenBytes
    if (bytesAfter > this.#bytesMax) {
      this.#refuse(this.#tooLarge())
      return at
    }
    if (bytesAfter > this.#store.length) this.#grow(bytesAfter)
    this.#store.set(bytes.subarray(at, at + takenBytes), this.#storeBytes)
    this.#storeBytes = bytesAfter
    this.#dueBytes -= takenBytes
    if (this.#dueBytes === 0) {
      if (this.#isChunked) this.#part = 'data_end'
      else this.#state = 'complete'
    }
    return at + takenBytes
  }

  /** A whole line or nothing; returns `at` unchanged to wait for the rest. */
  #readLine(bytes: Uint8Array, at: number, end: number): number {
    const lineFeedAt = bytes.subarray(at, Math.min(end, at + LINE_BYTES_MAX)).indexOf(LF)
    if (lineFeedAt === -1) {
      if (end - at >= LINE_BYTES_MAX) this.#refuse('chunked body: a line that does not end')
      return at
    }
    if (lineFeedAt === 0 || bytes[at + lineFeedAt - 1] !== CR) {
      this.#refuse('chunked body: a line that does not end in CR LF')
      return at
    }
    const line = Buffer.from(bytes.subarray(at, at + lineFeedAt - 1)).toString('latin1')
    this.#acceptLine(line)
    return at + lineFeedAt + 1
  }

  #acceptLine(line: string): void {
    if (this.#part === 'size_line') return this.#acceptSizeLine(line)
    if (this.#part === 'data_end') {
      if (line !== '') return this.#refuse('chunked body: a chunk longer than its size')
      this.#part = 'size_line'
      return
    }
    this.#trailerBytes += line.length
    if (line === '') this.#state = 'complete'
    else if (this.#trailerBytes > LINE_BYTES_MAX)
      this.#refuse('chunked body: trailers without an end')
  }

  #acceptSizeLine(line: string): void {
    const match = CHUNK_SIZE_LINE.exec(line)
    if (!match) return this.#refuse('chunked body: a chunk without a size')
    this.#dueBytes = Number.parseInt(match[1]!, 16)
    this.#part = this.#dueBytes === 0 ? 'trailer_line' : 'data'
    if (this.#storeBytes + this.#dueBytes > this.#bytesMax) this.#refuse(this.#tooLarge())
  }

  #grow(bytesNeeded: number): void {
    const dueBytes = Number.isFinite(this.#dueBytes) ? this.#storeBytes + this.#dueBytes : 0
    const doubled = Math.max(STORE_BYTES_FIRST, 2 * this.#store.length, bytesNeeded, dueBytes)
    const grown = new Uint8Array(Math.min(doubled, this.#bytesMax))
    grown.set(this.#store.subarray(0, this.#storeBytes))
    this.#store = grown
  }

  #tooLarge(): string {
    return `the body is larger than ${this.#bytesMax} bytes`
  }

  #refuse(refusal: string): void {
    this.#state = 'refused'
    this.refusal = refusal
  }
}
