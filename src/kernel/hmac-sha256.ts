// HMAC-SHA256 (RFC 2104, FIPS 180-4) of messages that are composed in place, as hexadecimal text.
// What the two makes have in common: the port, SHA-256's numbers, and how a key is taken in.
//
//   HMAC = sha256(key ^ 0x5c… ‖ sha256(key ^ 0x36… ‖ message))
//
// The first block of either hash follows from the key alone: both are hashed once, and a message
// costs its own blocks and one for the outer digest. What every message of a key begins with is
// taken in once as well, as far as it fills blocks.
import { createHash } from 'node:crypto'
import { assert } from '#core/assert.ts'
import { SEND_FRAME_BYTES_MAX } from '#core/limits.ts'

export interface HmacSha256 {
  /**
   * Where a message is composed before it is signed. The prefix stays in front of it; what stands
   * behind the message is lost by signing.
   */
  readonly message: Uint8Array
  /** Cold: the key, and what every message of it begins with. */
  useKey(key: Uint8Array, prefix: Uint8Array): void
  /** Writes the signature of message[0, size) as 64 lower-case hex digits at `out[outAt]`. */
  sign(size: number, out: Uint8Array, outAt: number): void
}

/** Digits of a signature. */
export const HMAC_HEX_BYTES = 64
/** What is signed goes out in one frame. */
export const HMAC_MESSAGE_BYTES_MAX = SEND_FRAME_BYTES_MAX
export const BLOCK_BYTES = 64
/** The one bit, and the size in 64 bits. */
export const PADDING_BYTES_MIN = 9

/** Of SHA-256: the first 32 bits of the fractions of the square roots of the first 8 primes. */
export const INITIAL_STATE: readonly number[] = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]

/** The same of the cube roots of the first 64: one for each round. */
export const ROUND_CONSTANTS: readonly number[] = [
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]

const INNER_PAD = 0x36
const OUTER_PAD = 0x5c

/** What a make has of its own: where it keeps its states, and how it hashes a block. */
export interface KeyStates {
  readonly message: Uint8Array
  readonly inner: Int32Array
  readonly outer: Int32Array
  /** Takes the block at `message[at]` into one of the states. */
  absorb(state: 'inner' | 'outer', at: number): void
}

/** Cold: takes the key in. Returns how many bytes of the prefix are in the inner state already. */
export function takeKey(states: KeyStates, key: Uint8Array, prefix: Uint8Array): number {
  const { message } = states
  assert(prefix.length <= HMAC_MESSAGE_BYTES_MAX, 'a prefix is shorter than the message')
  states.inner.set(INITIAL_STATE)
  states.outer.set(INITIAL_STATE)
  const block = keyBlock(key)
  message.set(block.map((byte) => byte ^ INNER_PAD))
  states.absorb('inner', 0)
  message.set(block.map((byte) => byte ^ OUTER_PAD))
  states.absorb('outer', 0)
  message.fill(0, 0, BLOCK_BYTES)
  message.set(prefix)
  const absorbed = prefix.length - (prefix.length % BLOCK_BYTES)
  for (let at = 0; at < absorbed; at += BLOCK_BYTES) states.absorb('inner', at)
  return absorbed
}

/** A key longer than a block is hashed, a shorter one filled up with zeros. */
function keyBlock(key: Uint8Array): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES)
  block.set(key.length > BLOCK_BYTES ? createHash('sha256').update(key).digest() : key)
  return block
}
