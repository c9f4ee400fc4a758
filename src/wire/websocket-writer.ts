// Hot path.
// Makes frames of one role: header, mask and payload composed in the link's own out buffer, so
// that a message is one write. Fragmenting is deliberately absent: what
// we send is small.
import type { Prng } from '#core/prng.ts'
import {
  applyMask,
  frameHeaderBytes,
  wordsOf,
  writeFrameHeader,
  writeMaskKey,
  type Opcode,
  type Role,
} from './websocket-frame.ts'

export class WebSocketWriter {
  readonly #isMasked: boolean
  readonly #prng: Prng
  // A link has two out buffers and uses the second only under back-pressure.
  #bytes: Uint8Array = new Uint8Array(0)
  #words: Int32Array = new Int32Array(0)

  constructor(role: Role, prng: Prng) {
    this.#isMasked = role === 'client'
    this.#prng = prng
  }

  /** Composes one frame of source[start, end) from out[0] on; its size, or 0 if it does not fit. */
  compose(out: Uint8Array, opcode: Opcode, source: Uint8Array, start: number, end: number): number {
    const payloadBytes = end - start
    const frameBytes = frameHeaderBytes(payloadBytes, this.#isMasked) + payloadBytes
    if (frameBytes > out.length) return 0
    const keyAt = writeFrameHeader(out, opcode, payloadBytes, this.#isMasked, true)
    const payloadAt = frameBytes - payloadBytes
    // The view is garbage, and still three times faster than a loop over 400 bytes.
    out.set(source.subarray(start, end), payloadAt)
    if (this.#isMasked) this.#mask(out, keyAt, frameBytes)
    return frameBytes
  }

  /** Cold path: one frame of any size in memory of its own. */
  frame(opcode: Opcode, payload: Uint8Array, isFinal = true): Uint8Array {
    const headerBytes = frameHeaderBytes(payload.length, this.#isMasked)
    const out = new Uint8Array(headerBytes + payload.length)
    const keyAt = writeFrameHeader(out, opcode, payload.length, this.#isMasked, isFinal)
    out.set(payload, headerBytes)
    if (this.#isMasked) this.#mask(out, keyAt, out.length)
    return out
  }

  #mask(out: Uint8Array, keyAt: number, frameEnd: number): void {
    if (out !== this.#bytes) {
      this.#bytes = out
      this.#words = wordsOf(out)
    }
    const key = this.#prng.nextUint32()
    writeMaskKey(out, keyAt, key)
    applyMask(out, this.#words, keyAt + 4, frameEnd, key)
  }
}
