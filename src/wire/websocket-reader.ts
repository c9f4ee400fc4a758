// Hot path.
// Finds WebSocket frames in a receive region and hands each message out where it landed.
//
//   region:  ... consumed | header payload | header payload | header pay      (incomplete: waits)
//                           └ onMessage(bytes, start, end)
//
// Only a fragmented message is copied, into a buffer made when the first one comes. Text is not
// checked for UTF-8: the venues' JSON is ASCII and a decoder refuses what it cannot read; the
// reason of a close frame is checked, since people read it. A breach of RFC 6455 ends the reading
// with the close code to answer; nothing a peer sends makes it throw.
import { isUtf8 } from 'node:buffer'
import { assert } from '#core/assert.ts'
import type { MonoNs } from '#core/units.ts'
import { READ_ROOM_BYTES_MIN, type ReceiveRegion } from './receive-region.ts'
import {
  applyMask,
  CloseCode,
  CONTROL_PAYLOAD_BYTES_MAX,
  FRAME_HEADER_BYTES_MAX,
  isCloseCodeOnWire,
  Opcode,
  OPCODE_NAMES,
  readMaskKey,
  wordsOf,
  type Role,
} from './websocket-frame.ts'

/** Bytes are valid during the call only. */
export interface FrameSink {
  /** Before the frame's own callback. */
  onFrame(nowNs: MonoNs): void
  /** True when a turn should come before the next message. */
  onMessage(bytes: Uint8Array, start: number, end: number, isText: boolean, nowNs: MonoNs): boolean
  onPing(bytes: Uint8Array, start: number, end: number, nowNs: MonoNs): void
  /** `code` is CloseCode.NoStatus where the peer named none. Nothing is read after it. */
  onClose(code: number, reason: string, nowNs: MonoNs): void
}

const RESERVED_BITS = 0x70
const FINAL_BIT = 0x80
const MASK_BIT = 0x80
const CONTROL_BIT = 0x08
const SIZE_16_BITS = 126
const FINAL_TEXT = FINAL_BIT | Opcode.Text
const FINAL_BINARY = FINAL_BIT | Opcode.Binary
const FRAGMENTS_BYTES_FIRST = 65_536

export class WebSocketReader {
  /** Why reading ended, for people; '' while it goes on. */
  breach = ''
  readonly #region: ReceiveRegion
  readonly #words: Int32Array
  readonly #isMaskDue: boolean
  readonly #messageBytesMax: number
  readonly #sink: FrameSink
  #closeCode = 0
  #isStopped = false
  #isTurnDue = false

  // The frame whose header was read last.
  #opcode = 0
  #isFinal = false
  #payloadAt = 0
  #payloadBytes = 0

  // A fragmented message under assembly; #fragmentOpcode 0 = none.
  #fragments: Uint8Array = new Uint8Array(0)
  #fragmentsBytes = 0
  #fragmentOpcode = 0

  constructor(region: ReceiveRegion, role: Role, messageBytesMax: number, sink: FrameSink) {
    assert(
      messageBytesMax + FRAME_HEADER_BYTES_MAX + READ_ROOM_BYTES_MIN <= region.bytes.length,
      'a receive region holds a maximum message and a read',
    )
    this.#region = region
    this.#words = wordsOf(region.bytes)
    this.#isMaskDue = role === 'server'
    this.#messageBytesMax = messageBytesMax
    this.#sink = sink
  }

  /**
   * Hands out every whole frame of the region and consumes it; stops early when a turn is due.
   * Returns 0, or the close code of a breach (`breach` says which); then nothing is read any more.
   */
  read(nowNs: MonoNs): number {
    const region = this.#region
    const end = region.writeOffset
    let at = region.readOffset
    this.#isTurnDue = false
    while (!this.#isTurnDue && !this.#isStopped) {
      const usualEnd = this.#handOutUsual(at, end, nowNs)
      if (usualEnd !== 0) {
        at = usualEnd
        continue
      }
      if (!this.#readHeader(at, end)) break
      const frameEnd = this.#payloadAt + this.#payloadBytes
      if (frameEnd > end) break
      this.#sink.onFrame(nowNs)
      if (!this.#isStopped) this.#handOut(frameEnd, nowNs)
      at = frameEnd
    }
    region.consumeTo(this.#isStopped ? end : at)
    // A turn follows every read anyway: it is due before the rest only where there is one.
    if (this.#isStopped || at === end) this.#isTurnDue = false
    return this.#closeCode
  }

  /** The last read stopped early, so that a turn comes first; read again after it. */
  get isTurnDue(): boolean {
    return this.#isTurnDue
  }

  /** Nothing is handed out any more, not even the rest of the current read. */
  stop(): void {
    this.#isStopped = true
  }

  /**
   * What venues send all day: a text or binary message in one bare frame of less than 64 KiB.
   * Returns where it ends, 0 for anything else, which is then looked at bit by bit.
   */
  #handOutUsual(at: number, end: number, nowNs: MonoNs): number {
    if (this.#isMaskDue || this.#fragmentOpcode !== 0 || end - at < 4) return 0
    const bytes = this.#region.bytes
    const first = bytes[at]!
    // With its mask bit set it is beyond 126 as well.
    const size7 = bytes[at + 1]!
    if ((first !== FINAL_TEXT && first !== FINAL_BINARY) || size7 > SIZE_16_BITS) return 0
    const isLong = size7 === SIZE_16_BITS
    const start = at + (isLong ? 4 : 2)
    const frameEnd = start + (isLong ? (bytes[at + 2]! << 8) | bytes[at + 3]! : size7)
    if (frameEnd > end || frameEnd - start > this.#messageBytesMax) return 0
    const sink = this.#sink
    sink.onFrame(nowNs)
    if (!this.#isStopped) {
      this.#isTurnDue = sink.onMessage(bytes, start, frameEnd, first === FINAL_TEXT, nowNs)
    }
    return frameEnd
  }

  /** False when the header is incomplete or the frame is refused. */
  #readHeader(at: number, end: number): boolean {
    if (end - at < 2) return false
    const bytes = this.#region.bytes
    const first = bytes[at]!
    const second = bytes[at + 1]!
    const size7 = second & 0x7f
    const isMasked = (second & MASK_BIT) !== 0
    const sizeBytes = size7 < 126 ? 0 : size7 === 126 ? 2 : 8
    const payloadAt = at + 2 + sizeBytes + (isMasked ? 4 : 0)
    this.#opcode = first & 0x0f
    this.#isFinal = (first & FINAL_BIT) !== 0
    this.#payloadAt = payloadAt
    if ((first & RESERVED_BITS) !== 0) return this.#refuse('reserved bits are set')
    if (isMasked !== this.#isMaskDue) {
      return this.#refuse(isMasked ? 'a server masks a frame' : 'a client does not mask a frame')
    }
    if (!this.#isOpcodeInPlace(size7)) return false
    if (payloadAt > end) return false
    this.#payloadBytes = sizeBytes === 0 ? size7 : readSize(bytes, at + 2, sizeBytes)
    const messageBytes = this.#payloadBytes + (this.#opcode === 0 ? this.#fragmentsBytes : 0)
    if (messageBytes <= this.#messageBytesMax) return true
    return this.#refuse('the message is too large', CloseCode.TooLarge)
  }

  #isOpcodeInPlace(size7: number): boolean {
    const opcode = this.#opcode
    if (OPCODE_NAMES[opcode] === '') return this.#refuse('the opcode is reserved')
    if ((opcode & CONTROL_BIT) !== 0) {
      if (!this.#isFinal) return this.#refuse('a control frame is fragmented')
      if (size7 <= CONTROL_PAYLOAD_BYTES_MAX) return true
      return this.#refuse('a control frame is longer than 125 bytes')
    }
    const isContinuing = this.#fragmentOpcode !== 0
    if (isContinuing === (opcode === Opcode.Continuation)) return true
    return this.#refuse(
      isContinuing ? 'a message begins inside another' : 'a continuation of nothing',
    )
  }

  #handOut(frameEnd: number, nowNs: MonoNs): void {
    const bytes = this.#region.bytes
    const start = this.#payloadAt
    if (this.#isMaskDue) {
      applyMask(bytes, this.#words, start, frameEnd, readMaskKey(bytes, start - 4))
    }
    const opcode = this.#opcode
    if ((opcode & CONTROL_BIT) !== 0) {
      this.#handOutControl(opcode, start, frameEnd, nowNs)
    } else if (this.#isFinal && opcode !== Opcode.Continuation) {
      this.#isTurnDue = this.#sink.onMessage(bytes, start, frameEnd, opcode === Opcode.Text, nowNs)
    } else {
      this.#assemble(start, frameEnd, nowNs)
    }
  }

  #handOutControl(opcode: number, start: number, end: number, nowNs: MonoNs): void {
    const bytes = this.#region.bytes
    if (opcode === Opcode.Ping) this.#sink.onPing(bytes, start, end, nowNs)
    if (opcode === Opcode.Close) this.#handOutClose(start, end, nowNs)
  }

  #handOutClose(start: number, end: number, nowNs: MonoNs): void {
    const bytes = this.#region.bytes
    if (start === end) {
      this.#isStopped = true
      this.#sink.onClose(CloseCode.NoStatus, '', nowNs)
      return
    }
    const code = end - start === 1 ? 0 : (bytes[start]! << 8) | bytes[start + 1]!
    if (!isCloseCodeOnWire(code)) {
      this.#refuse('a close frame has a code that may not be sent')
      return
    }
    const reason = Buffer.from(bytes.subarray(start + 2, end))
    if (!isUtf8(reason)) {
      this.#refuse('the reason of a close frame is not UTF-8', CloseCode.BadPayload)
      return
    }
    this.#isStopped = true
    this.#sink.onClose(code, reason.toString('utf8'), nowNs)
  }

  #assemble(start: number, end: number, nowNs: MonoNs): void {
    const bytesAfter = this.#fragmentsBytes + end - start
    if (bytesAfter > this.#fragments.length) this.#growFragments(bytesAfter)
    this.#fragments.set(this.#region.bytes.subarray(start, end), this.#fragmentsBytes)
    this.#fragmentsBytes = bytesAfter
    if (this.#opcode !== Opcode.Continuation) this.#fragmentOpcode = this.#opcode
    if (!this.#isFinal) return
    const isText = this.#fragmentOpcode === Opcode.Text
    this.#fragmentOpcode = 0
    this.#fragmentsBytes = 0
    this.#isTurnDue = this.#sink.onMessage(this.#fragments, 0, bytesAfter, isText, nowNs)
  }

  #growFragments(bytesNeeded: number): void {
    const doubled = Math.max(FRAGMENTS_BYTES_FIRST, 2 * this.#fragments.length, bytesNeeded)
    const grown = new Uint8Array(Math.min(doubled, this.#messageBytesMax))
    grown.set(this.#fragments.subarray(0, this.#fragmentsBytes))
    this.#fragments = grown
  }

  #refuse(breach: string, closeCode: number = CloseCode.ProtocolError): false {
    this.breach = breach
    this.#closeCode = closeCode
    this.#isStopped = true
    return false
  }
}

/** Two or eight bytes, high first. Above 2^53 it is inexact, and far beyond every maximum. */
function readSize(bytes: Uint8Array, at: number, sizeBytes: number): number {
  let size = 0
  for (let i = 0; i < sizeBytes; i++) size = size * 256 + bytes[at + i]!
  return size
}
