// Signatures of requests, by node:crypto: HMAC-SHA256 as lower-case hex, Ed25519 as base64.
// Keys become key objects once, at start; a key that cannot be used is refused then, in words that
// never contain it. Verifying is for the embedded venues.
import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  sign,
  timingSafeEqual,
  verify,
  type KeyObject,
} from 'node:crypto'
import { EngineError } from '#core/engine-error.ts'

export type SignatureKind = 'hmac' | 'ed25519'

/** Signs with one key; created once, cold. */
export interface Signer {
  readonly kind: SignatureKind
  /** Text form as the venue family expects: lower-case hex for HMAC-SHA256, base64 for Ed25519. */
  sign(payload: Uint8Array | string): string
}

/**
 * `secret`: the HMAC secret, or the Ed25519 private key as PKCS#8 PEM or base64 DER.
 * @throws EngineError `key_unusable`.
 */
export function createSigner(kind: SignatureKind, secret: string): Signer {
  if (secret.trim() === '') throw keyUnusable('the secret is empty')
  return kind === 'hmac' ? new HmacSigner(secret) : new Ed25519Signer(secret)
}

/**
 * True when `signature` is that of `payload`. `key` is the HMAC secret, or the Ed25519 public key
 * as SPKI PEM or base64 DER.
 * @throws EngineError `key_unusable`; a malformed signature is false.
 */
export function verifySignature(
  kind: SignatureKind,
  key: string,
  payload: Uint8Array | string,
  signature: string,
): boolean {
  if (kind === 'ed25519') {
    return verify(null, payloadBytes(payload), publicKeyFrom(key), Buffer.from(signature, 'base64'))
  }
  const expected = Buffer.from(createSigner('hmac', key).sign(payload))
  const given = Buffer.from(signature)
  return expected.length === given.length && timingSafeEqual(expected, given)
}

/** The public half of an Ed25519 private key, as SPKI PEM: what is registered with a venue. */
export function publicKeyOf(secret: string): string {
  return createPublicKey(privateKeyFrom(secret)).export({ format: 'pem', type: 'spki' }).toString()
}

class HmacSigner implements Signer {
  readonly kind = 'hmac'
  readonly #key: KeyObject

  constructor(secret: string) {
    this.#key = createSecretKey(Buffer.from(secret, 'utf8'))
  }

  sign(payload: Uint8Array | string): string {
    return createHmac('sha256', this.#key).update(payload).digest('hex')
  }
}

class Ed25519Signer implements Signer {
  readonly kind = 'ed25519'
  readonly #key: KeyObject

  constructor(secret: string) {
    this.#key = privateKeyFrom(secret)
  }

  sign(payload: Uint8Array | string): string {
    return sign(null, payloadBytes(payload), this.#key).toString('base64')
  }
}

function privateKeyFrom(secret: string): KeyObject {
  const key = keyFrom(secret, (text) =>
    text.includes('-----BEGIN')
      ? createPrivateKey(text)
      : createPrivateKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' }),
  )
  if (key.asymmetricKeyType === 'ed25519') return key
  throw keyUnusable('the private key is not an Ed25519 key')
}

function publicKeyFrom(text: string): KeyObject {
  const key = keyFrom(text, (text) =>
    text.includes('-----BEGIN')
      ? createPublicKey(text)
      : createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' }),
  )
  if (key.asymmetricKeyType === 'ed25519') return key
  throw keyUnusable('the public key is not an Ed25519 key')
}

/** The parser's own error is dropped on purpose: nothing that might quote the key is passed on. */
function keyFrom(text: string, parse: (text: string) => KeyObject): KeyObject {
  try {
    return parse(text.trim())
  } catch {
    throw keyUnusable('the Ed25519 key cannot be read; expected PEM or the base64 of its DER form')
  }
}

function keyUnusable(why: string): EngineError {
  return new EngineError('key_unusable', `${why}; check the credentials of this account`)
}

function payloadBytes(payload: Uint8Array | string): Uint8Array {
  return typeof payload === 'string' ? Buffer.from(payload, 'utf8') : payload
}
