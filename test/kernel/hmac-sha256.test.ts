// The HMAC kernel beside its TypeScript twin and beside OpenSSL: the published vectors, every
// length, and random keys, messages and prefixes. FLOE_HMAC_CASES=5000000 tries so many of them.
import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { AssertionFailure } from '#core/assert.ts'
import { Prng } from '#core/prng.ts'
import { HmacSha256Kernel } from '#kernel/hmac-sha256-kernel.ts'
import { HmacSha256Twin } from '#kernel/hmac-sha256-twin.ts'
import { HMAC_MESSAGE_BYTES_MAX, type HmacSha256 } from '#kernel/hmac-sha256.ts'
import { HMAC_VECTORS, signsAsPublished } from '#kernel/hmac-vectors.ts'
import { kernelFailure } from '#kernel/wasm-module.ts'

const CASES = Number(process.env['FLOE_HMAC_CASES'] ?? 20_000)
const LENGTH_MAX = 600
const KEY_LENGTH_MAX = 200
/** A case of the longest message takes some microseconds, three times over. */
const MS_PER_CASE = 0.5

const kernel = HmacSha256Kernel.load()!
const twin = new HmacSha256Twin()
const MAKES: readonly [string, HmacSha256][] = [
  ['kernel', kernel],
  ['twin', twin],
]
const prng = new Prng(20_261_121)
/** Keys and messages are slices of it. */
const NOISE = Uint8Array.from({ length: 65_536 }, () => prng.nextInteger(0, 255))
const OUT_AT = 5
const out = new Uint8Array(HMAC_VECTORS[0]!.hex.length + 2 * OUT_AT)
const outText = Buffer.from(out.buffer)

it('the kernel loads here', () => {
  expect(kernelFailure('sha256')).toBe('')
  expect(kernel).not.toBeNull()
})

describe.each(MAKES)('%s', (_name, hmac) => {
  it.each(HMAC_VECTORS.map((vector) => [vector.name, vector] as const))('%s', (_case, vector) => {
    const { key, message, hex } = vector
    for (let prefix = 0; prefix <= message.length; prefix++) {
      hmac.useKey(key, message.subarray(0, prefix))
      expect(signature(hmac, message, prefix)).toBe(hex)
    }
  })

  it('writes its digits where it is told and nowhere else', () => {
    hmac.useKey(NOISE.subarray(0, 20), NOISE.subarray(0, 0))
    out.fill(0x7e)
    hmac.sign(0, out, OUT_AT)
    expect(outText.toString('latin1')).toMatch(/^~{5}[0-9a-f]{64}~{5}$/)
  })

  it.each([0, 1, 63, 64, 65, 200])('every length under a key of %d bytes', (keyLength) => {
    const key = NOISE.subarray(0, keyLength)
    hmac.useKey(key, NOISE.subarray(0, 0))
    for (let length = 0; length <= LENGTH_MAX; length++) {
      const message = NOISE.subarray(length, 2 * length)
      const expected = createHmac('sha256', key).update(message).digest('hex')
      if (signature(hmac, message, 0) !== expected) expect.fail(`wrong at length ${length}`)
    }
  })

  it('signs the longest message, and refuses a longer one or one short of its prefix', () => {
    const key = NOISE.subarray(0, 32)
    const prefix = NOISE.subarray(0, 130)
    hmac.useKey(key, prefix)
    const longest = NOISE.subarray(0, HMAC_MESSAGE_BYTES_MAX)
    const expected = createHmac('sha256', key).update(longest).digest('hex')
    expect(signature(hmac, longest, prefix.length)).toBe(expected)
    expect(() => hmac.sign(HMAC_MESSAGE_BYTES_MAX + 1, out, OUT_AT)).toThrow(AssertionFailure)
    expect(() => hmac.sign(127, out, OUT_AT)).toThrow(AssertionFailure)
  })

  it('changes nothing that an order is patched into: prefix and message stay', () => {
    hmac.useKey(NOISE.subarray(0, 32), NOISE.subarray(0, 100))
    hmac.message.set(NOISE.subarray(100, 250), 100)
    hmac.sign(250, out, OUT_AT)
    expect(hmac.message.subarray(0, 250)).toEqual(NOISE.subarray(0, 250))
  })
})

it(
  `${CASES} random keys, messages and prefixes`,
  () => {
    const wrong: string[] = []
    for (let i = 0; i < CASES && wrong.length === 0; i++) {
      const key = noise(prng.nextInteger(0, KEY_LENGTH_MAX))
      const message = noise(prng.nextInteger(0, LENGTH_MAX))
      const prefix = prng.chance(0.5) ? 0 : prng.nextInteger(0, message.length)
      const expected = createHmac('sha256', key).update(message).digest('hex')
      for (const [name, hmac] of MAKES) {
        hmac.useKey(key, message.subarray(0, prefix))
        if (signature(hmac, message, prefix) === expected) continue
        wrong.push(`${name}, case ${i}: ${key.length}, ${message.length}, ${prefix} bytes`)
      }
    }
    expect(wrong).toEqual([])
  },
  10_000 + CASES * MS_PER_CASE,
)

it('takes a make that signs otherwise for broken', () => {
  const hmac = new HmacSha256Twin()
  const flipping: HmacSha256 = {
    message: hmac.message,
    useKey: (key, prefix) => hmac.useKey(key, prefix),
    sign: (size, target, at) => {
      hmac.sign(size, target, at)
      target[at + 63] = target[at + 63]! ^ 1
    },
  }
  expect(signsAsPublished(hmac)).toBe(true)
  expect(signsAsPublished(flipping)).toBe(false)
})

/** The first `prefix` bytes are in place already. */
function signature(hmac: HmacSha256, message: Uint8Array, prefix: number): string {
  hmac.message.set(message.subarray(prefix), prefix)
  hmac.sign(message.length, out, OUT_AT)
  return outText.toString('latin1', OUT_AT, out.length - OUT_AT)
}

function noise(length: number): Uint8Array {
  const at = prng.nextInteger(0, NOISE.length - length)
  return NOISE.subarray(at, at + length)
}
