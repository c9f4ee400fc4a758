// Hot path.
// HMAC-SHA256 in plain TypeScript, a word at a time: the fallback where the kernel does not load,
// and the other half of its tests. Written the short way, which is also the fastest in JavaScript.
import { assert } from '#core/assert.ts'
import {
  BLOCK_BYTES,
  HMAC_MESSAGE_BYTES_MAX,
  PADDING_BYTES_MIN,
  ROUND_CONSTANTS,
  takeKey,
  type HmacSha256,
  type KeyStates,
} from './hmac-sha256.ts'

const ROUNDS = 64
const CONSTANTS = Int32Array.from(ROUND_CONSTANTS)
/**
 * The words of a block and those that follow from them; of whoever signs just now. The compiler
 * knows where a constant array lies: a sixth faster than one for each instance.
 */
const WORDS = new Int32Array(ROUNDS)
const HEX_DIGITS = new TextEncoder().encode('0123456789abcdef')
/** The end of the outer message, key block and digest, in bits. */
const OUTER_BITS = (64 + 32) * 8

export class HmacSha256Twin implements HmacSha256, KeyStates {
  readonly message: Uint8Array
  readonly inner = new Int32Array(8)
  readonly outer = new Int32Array(8)
  readonly #state = new Int32Array(8)
  readonly #padded: DataView
  #absorbed = 0

  constructor() {
    const buffer = new ArrayBuffer(HMAC_MESSAGE_BYTES_MAX + 2 * BLOCK_BYTES)
    this.message = new Uint8Array(buffer, 0, HMAC_MESSAGE_BYTES_MAX)
    this.#padded = new DataView(buffer)
  }

  useKey(key: Uint8Array, prefix: Uint8Array): void {
    this.#absorbed = takeKey(this, key, prefix)
  }

  absorb(state: 'inner' | 'outer', at: number): void {
    this.#readBlock(at)
    hashWords(state === 'inner' ? this.inner : this.outer)
  }

  sign(size: number, out: Uint8Array, outAt: number): void {
    assert(size <= HMAC_MESSAGE_BYTES_MAX, 'a message that outgrows its place')
    assert(size >= this.#absorbed, 'a message begins with the whole prefix')
    const end = this.#pad(size)
    const state = this.#state
    state.set(this.inner)
    for (let at = this.#absorbed; at < end; at += BLOCK_BYTES) {
      this.#readBlock(at)
      hashWords(state)
    }
    WORDS.set(state)
    WORDS.fill(0, 8, 16)
    WORDS[8] = 0x8000_0000
    WORDS[15] = OUTER_BITS
    state.set(this.outer)
    hashWords(state)
    writeHex(state, out, outAt)
  }

  /** A one bit, zeros, and the size in bits, the key's block counted; returns where they end. */
  #pad(size: number): number {
    const padded = this.#padded
    const rest = (size + PADDING_BYTES_MIN) % BLOCK_BYTES
    const end = size + PADDING_BYTES_MIN + (rest === 0 ? 0 : BLOCK_BYTES - rest)
    padded.setUint8(size, 0x80)
    for (let at = size + 1; at < end - 4; at++) padded.setUint8(at, 0)
    padded.setUint32(end - 4, (BLOCK_BYTES + size) * 8)
    return end
  }

  #readBlock(at: number): void {
    const padded = this.#padded
    for (let i = 0; i < 16; i++) WORDS[i] = padded.getInt32(at + i * 4)
  }
}

/** The block whose 16 words are given, into `state`. The letters are those of FIPS 180-4. */
function hashWords(state: Int32Array): void {
  for (let t = 16; t < ROUNDS; t++) {
    const x = WORDS[t - 15]!
    const y = WORDS[t - 2]!
    const small0 = turned(x, 7) ^ turned(x, 18) ^ (x >>> 3)
    const small1 = turned(y, 17) ^ turned(y, 19) ^ (y >>> 10)
    WORDS[t] = WORDS[t - 16]! + small0 + WORDS[t - 7]! + small1
  }
  let a = state[0]!
  let b = state[1]!
  let c = state[2]!
  let d = state[3]!
  let e = state[4]!
  let f = state[5]!
  let g = state[6]!
  let h = state[7]!
  for (let t = 0; t < ROUNDS; t++) {
    const big1 = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)
    const big0 = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)
    const mixed = (h + CONSTANTS[t]! + WORDS[t]! + big1 + (g ^ (e & (f ^ g)))) | 0
    const majority = (a & b) | (c & (a | b))
    h = g
    g = f
    f = e
    e = (d + mixed) | 0
    d = c
    c = b
    b = a
    a = (mixed + big0 + majority) | 0
  }
  state[0] = state[0]! + a
  state[1] = state[1]! + b
  state[2] = state[2]! + c
  state[3] = state[3]! + d
  state[4] = state[4]! + e
  state[5] = state[5]! + f
  state[6] = state[6]! + g
  state[7] = state[7]! + h
}

/** Right by `bits`, around the end. */
function turned(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits))
}

function writeHex(state: Int32Array, out: Uint8Array, outAt: number): void {
  let at = outAt
  for (let i = 0; i < 8; i++) {
    const word = state[i]!
    for (let shift = 28; shift >= 0; shift -= 4) out[at++] = HEX_DIGITS[(word >>> shift) & 15]!
  }
}
