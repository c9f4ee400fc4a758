// Reads HTTP/1.1 messages out of a receive region, one after another, and writes them.
//
//   begin() ─► head ─► body ─► complete ─► begin() …         a breach anywhere: refused
//
// Only the bytes of the message are consumed, so that what follows a 101 stays for the WebSocket
// reader. A message that cannot be understood is refused in words and never throws.
import { EngineError } from '#core/engine-error.ts'
import { HttpBody } from './http-body.ts'
import {
  encodeFields,
  encodeRequestHead,
  encodeRequestLine,
  encodeResponseHead,
  fieldHasToken,
  parseHead,
  type HeaderFields,
  type HttpHead,
} from './http-head.ts'
import type { ReceiveRegion } from './receive-region.ts'

export type MessageState = 'head' | 'body' | 'complete' | 'refused'

/** A head longer than this is refused. */
export const HTTP_HEAD_BYTES_MAX = 32_768
const CR = 13
const LF = 10
const DIGITS = /^\d{1,15}$/

export class HttpMessageReader {
  readonly #kind: 'request' | 'response'
  readonly #body: HttpBody
  #state: MessageState = 'head'
  #head: HttpHead | null = null
  #refusal = ''
  /** Bytes of the region that were searched for the end of the head before. */
  #searchedBytes = 0

  constructor(kind: 'request' | 'response', bodyBytesMax: number) {
    this.#kind = kind
    this.#body = new HttpBody(bodyBytesMax)
  }

  get state(): MessageState {
    return this.#state
  }

  /** Known from state `body` on. */
  get head(): HttpHead | null {
    return this.#head
  }

  /** As much of it as has come; valid until begin(). */
  get body(): Uint8Array {
    return this.#head === null ? NO_BYTES : this.#body.bytes
  }

  get refusal(): string {
    return this.#refusal
  }

  /** May the connection carry another message after this one? */
  get isKeepAlive(): boolean {
    const head = this.#head
    if (head === null || this.#state !== 'complete') return false
    const connection = head.headers.get('connection')
    if (head.minorVersion === 0) return fieldHasToken(connection, 'keep-alive')
    return !fieldHasToken(connection, 'close') && !this.#isBodyUntilEnd(head)
  }

  /** Ready for the next message. */
  begin(): void {
    this.#state = 'head'
    this.#head = null
    this.#refusal = ''
    this.#searchedBytes = 0
  }

  /** Reads on and consumes what it understood. */
  read(region: ReceiveRegion): MessageState {
    while (this.#state === 'head' && this.#readHead(region)) continue
    if (this.#state === 'body') {
      region.consumeTo(this.#body.read(region.bytes, region.readOffset, region.writeOffset))
      this.#takeBodyState()
    }
    return this.#state
  }

  /** The peer ended the stream: completes a response without a length, breaks anything else. */
  end(): MessageState {
    if (this.#state === 'head') this.#refuse('the stream ended before a whole head')
    if (this.#state === 'body') {
      this.#body.end()
      this.#takeBodyState()
    }
    return this.#state
  }

  /** False when the head is not whole yet. */
  #readHead(region: ReceiveRegion): boolean {
    const { bytes, readOffset, writeOffset } = region
    const end = endOfHead(bytes, readOffset + this.#searchedBytes, writeOffset)
    const headBytes = (end === -1 ? writeOffset : end) - readOffset
    if (headBytes > HTTP_HEAD_BYTES_MAX) return this.#refuse('the head is larger than 32 KiB')
    if (end === -1) {
      // The blank line may lie across the next read: its first three bytes are searched again.
      this.#searchedBytes = Math.max(0, headBytes - 3)
      return false
    }
    const text = Buffer.from(bytes.subarray(readOffset, end - 4)).toString('latin1')
    region.consumeTo(end)
    this.#searchedBytes = 0
    const head = parseHead(text, this.#kind)
    if ('refusal' in head) return this.#refuse(head.refusal)
    // RFC 9110 §15.2: interim answers precede the real one; 101 is the real one.
    if (head.status >= 100 && head.status < 200 && head.status !== 101) return true
    this.#head = head
    this.#state = 'body'
    return this.#beginBody(head)
  }

  #beginBody(head: HttpHead): boolean {
    const sizeText = head.headers.get('content-length')
    const coding = head.headers.get('transfer-encoding')
    if (hasNoBody(head.status)) this.#body.beginSized(0)
    else if (coding !== undefined) {
      if (coding.toLowerCase() !== 'chunked') return this.#refuse('an unknown transfer coding')
      this.#body.beginChunked()
    } else if (sizeText !== undefined) {
      const sizeBytes = contentLength(sizeText)
      if (sizeBytes === -1) return this.#refuse('a content-length that is not one number')
      this.#body.beginSized(sizeBytes)
    } else if (this.#isBodyUntilEnd(head)) this.#body.beginUntilEnd()
    else this.#body.beginSized(0)
    return false
  }

  #isBodyUntilEnd(head: HttpHead): boolean {
    if (this.#kind === 'request' || hasNoBody(head.status)) return false
    return !head.headers.has('content-length') && !head.headers.has('transfer-encoding')
  }

  #takeBodyState(): void {
    if (this.#body.state === 'complete') this.#state = 'complete'
    if (this.#body.state === 'refused') this.#refuse(this.#body.refusal)
  }

  #refuse(refusal: string): false {
    this.#state = 'refused'
    this.#refusal = refusal
    return false
  }
}

/** @throws EngineError when the target or a field cannot be sent as it is. */
export function encodeRequest(
  method: string,
  target: string,
  fields: HeaderFields,
  body = '',
): Uint8Array {
  const isBodyUsual = method === 'POST' || method === 'PUT'
  const length = body !== '' || isBodyUsual ? contentLengthField(body, fields) : []
  return Buffer.from(encodeRequestHead(method, target, [...fields, ...length]) + body, 'utf8')
}

/** The caller writes the length, the empty line and the body. @throws as encodeRequest. */
export function encodeHeadBeforeLength(
  method: string,
  target: string,
  fields: HeaderFields,
): string {
  refuseLength(fields)
  return encodeRequestLine(method, target) + encodeFields(fields)
}

/** @throws EngineError when a field cannot be sent as it is. */
export function encodeResponse(status: number, fields: HeaderFields, body = ''): Uint8Array {
  const length = hasNoBody(status) ? [] : contentLengthField(body, fields)
  const sentBody = hasNoBody(status) ? '' : body
  return Buffer.from(encodeResponseHead(status, [...fields, ...length]) + sentBody, 'utf8')
}

const NO_BYTES = new Uint8Array(0)

function contentLengthField(body: string, fields: HeaderFields): HeaderFields {
  refuseLength(fields)
  return [['content-length', String(Buffer.byteLength(body))]]
}

function refuseLength(fields: HeaderFields): void {
  if (fields.some(([name]) => /^(content-length|transfer-encoding)$/i.test(name))) {
    throw new EngineError('http_bad_header', 'the length of a body is written here, not passed in')
  }
}

function hasNoBody(status: number): boolean {
  return (status >= 100 && status < 200) || status === 204 || status === 304
}

/** −1 unless every repetition says the same number (RFC 9112 §6.3). */
function contentLength(text: string): number {
  const parts = text.split(',').map((part) => part.trim())
  const first = parts[0] ?? ''
  if (!DIGITS.test(first) || parts.some((part) => part !== first)) return -1
  return Number(first)
}

/** Where the blank line ends that ends a head, or −1. */
function endOfHead(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at + 4 <= end; at++) {
    if (bytes[at] !== CR || bytes[at + 1] !== LF) continue
    if (bytes[at + 2] === CR && bytes[at + 3] === LF) return at + 4
  }
  return -1
}
