// Hot path.
// HMAC-SHA256 as WebAssembly (asm/sha256.ts): the schedules of four blocks at once. Messages are
// composed in the kernel's own memory, so that nothing is copied in; 64 digits are copied out.
//
//   0 inner │ 32 outer │ 64 digits │ 128 state │ 256 constants │ 512 words │ 1536 sums │ 4096 input
import { assert } from '#core/assert.ts'
import {
  HMAC_HEX_BYTES,
  HMAC_MESSAGE_BYTES_MAX,
  ROUND_CONSTANTS,
  takeKey,
  type HmacSha256,
  type KeyStates,
} from './hmac-sha256.ts'
import { signsAsPublished } from './hmac-vectors.ts'
import { fixedMemory, instantiateKernel, type KernelExports } from './wasm-module.ts'

const INNER_AT = 0
const OUTER_AT = 32
const HEX_AT = 64
const CONSTANTS_AT = 256
const MESSAGE_AT = 4_096
/** A message of 16 KiB, its padding, and the three blocks that are read along with its last. */
const PAGES = 1

/**
 * WebAssembly is compiled twice, quickly when it loads and well when it has run some 1,500 times.
 * The first instance of a process runs that often over the six vectors, in about 10 ms, so that no
 * order finds code that takes ten times as long.
 */
const WARM_UP_ROUNDS = 400
let roundsDue = WARM_UP_ROUNDS

export class HmacSha256Kernel implements HmacSha256, KeyStates {
  readonly message: Uint8Array
  readonly inner: Int32Array
  readonly outer: Int32Array
  readonly #absorb: KernelExports['sha256']['absorb']
  readonly #sign: KernelExports['sha256']['sign']
  readonly #hex: Uint8Array
  #absorbed = 0

  /** Cold: null where the kernel does not load, or does not sign what RFC 4231 says. */
  static load(): HmacSha256Kernel | null {
    const memory = fixedMemory(PAGES)
    const functions = instantiateKernel('sha256', memory)
    if (functions === null) return null
    const kernel = new HmacSha256Kernel(memory.buffer, functions)
    const rounds = roundsDue
    roundsDue = 1
    return signsAsPublished(kernel, rounds) ? kernel : null
  }

  private constructor(buffer: ArrayBuffer, functions: KernelExports['sha256']) {
    this.message = new Uint8Array(buffer, MESSAGE_AT, HMAC_MESSAGE_BYTES_MAX)
    this.inner = new Int32Array(buffer, INNER_AT, 8)
    this.outer = new Int32Array(buffer, OUTER_AT, 8)
    this.#hex = new Uint8Array(buffer, HEX_AT, HMAC_HEX_BYTES)
    this.#absorb = functions.absorb
    this.#sign = functions.sign
    new Int32Array(buffer, CONSTANTS_AT, ROUND_CONSTANTS.length).set(ROUND_CONSTANTS)
  }

  useKey(key: Uint8Array, prefix: Uint8Array): void {
    this.#absorbed = takeKey(this, key, prefix)
  }

  absorb(state: 'inner' | 'outer', at: number): void {
    this.#absorb(state === 'inner' ? INNER_AT : OUTER_AT, MESSAGE_AT + at)
  }

  sign(size: number, out: Uint8Array, outAt: number): void {
    assert(size <= HMAC_MESSAGE_BYTES_MAX, 'a message that outgrows its place')
    assert(size >= this.#absorbed, 'a message begins with the whole prefix')
    this.#sign(this.#absorbed, size)
    out.set(this.#hex, outAt)
  }
}
