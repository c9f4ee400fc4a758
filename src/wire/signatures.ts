/** Signs with one key; created once, cold. */
export interface Signer {
  readonly kind: 'hmac' | 'ed25519'
  /** Text form as the venue family expects: lower-case hex for HMAC-SHA256, base64 for Ed25519. */
  sign(payload: Uint8Array | string): string
}
export function createSigner(_kind: 'hmac' | 'ed25519', _secret: string): Signer {
  throw new Error('not built yet')
}
