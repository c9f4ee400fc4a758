// RFC 4231's published HMAC-SHA256 signatures, less case 5, which is cut short there. A make is
// held to them before it may sign an order: a wrong signature is a refused order.
import { HMAC_HEX_BYTES, type HmacSha256 } from './hmac-sha256.ts'

export interface HmacVector {
  readonly name: string
  readonly key: Uint8Array
  readonly message: Uint8Array
  readonly hex: string
}

export const HMAC_VECTORS: readonly HmacVector[] = [
  {
    name: 'case 1: a short key',
    key: new Uint8Array(20).fill(0x0b),
    message: utf8('Hi There'),
    hex: 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
  },
  {
    name: 'case 2: a key shorter than the digest',
    key: utf8('Jefe'),
    message: utf8('what do ya want for nothing?'),
    hex: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  },
  {
    name: 'case 3: key and message of ones and zeros',
    key: new Uint8Array(20).fill(0xaa),
    message: new Uint8Array(50).fill(0xdd),
    hex: '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
  },
  {
    name: 'case 4: a key of 25 bytes',
    key: Uint8Array.from({ length: 25 }, (_, i) => i + 1),
    message: new Uint8Array(50).fill(0xcd),
    hex: '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b',
  },
  {
    name: 'case 6: a key longer than a block',
    key: new Uint8Array(131).fill(0xaa),
    message: utf8('Test Using Larger Than Block-Size Key - Hash Key First'),
    hex: '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  },
  {
    name: 'case 7: key and message longer than a block',
    key: new Uint8Array(131).fill(0xaa),
    message: utf8(
      'This is a test using a larger than block-size key and a larger than block-size data. ' +
        'The key needs to be hashed before being used by the HMAC algorithm.',
    ),
    hex: '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2',
  },
]

const NO_PREFIX = new Uint8Array(0)

/**
 * Cold: whether the make signs each of them as published, `rounds` times over. It needs a key of
 * its own afterwards.
 */
export function signsAsPublished(hmac: HmacSha256, rounds = 1): boolean {
  const out = new Uint8Array(HMAC_HEX_BYTES)
  for (const { key, message, hex } of HMAC_VECTORS) {
    hmac.useKey(key, NO_PREFIX)
    for (let round = 0; round < rounds; round++) {
      out.fill(0)
      hmac.message.set(message)
      hmac.sign(message.length, out, 0)
    }
    if (new TextDecoder().decode(out) !== hex) return false
  }
  return true
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
