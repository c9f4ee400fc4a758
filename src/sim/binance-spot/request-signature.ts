// Who sent a request, and whether it is fresh: keys, signatures, timestamps.
//
// REST signs the percent-encoded query followed by the body, both exactly as sent; the WS API signs
// its parameters sorted by name and not encoded. HMAC signatures are hex of either case, Ed25519
// ones base64. Written against the documentation alone, so that the engine's signer is checked by
// something that does not share a line with it.
import { createHmac, createPrivateKey, createPublicKey, timingSafeEqual, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { US_PER_MS } from '#core/units.ts'
import type { Parameters } from './parameters.ts'
import { VenueError, badKeyFormat, badSignature, rejectedKey } from './venue-error.ts'

/** An account as the venue knows it. `secret`: HMAC secret, or an Ed25519 private key in PEM. */
export interface SimCredentials {
  readonly account: string
  readonly kind: 'hmac' | 'ed25519'
  readonly key: string
  readonly secret: string
}

export interface KeyHolder {
  readonly account: string
  readonly kind: 'hmac' | 'ed25519'
  verifies(payload: string, signature: string): boolean
}

const KEY_FORMAT = /^[A-Za-z0-9]{16,128}$/
const RECV_WINDOW_MAX_MS = 60_000
const RECV_WINDOW_STANDARD_MS = 5_000
const AHEAD_MAX_MS = 1_000
/** Timestamps above this are microseconds: as milliseconds they would lie beyond the year 5138. */
const MICROSECONDS_ABOVE = 100_000_000_000_000

/** The venue's key table. */
export class KeyTable {
  readonly #holders = new Map<string, KeyHolder>()

  constructor(credentials: readonly SimCredentials[]) {
    for (const one of credentials) this.#holders.set(one.key, createHolder(one))
  }

  /** @throws VenueError -2014 for a malformed key, -2015 for one that nobody holds. */
  holder(key: string): KeyHolder {
    if (!KEY_FORMAT.test(key)) throw badKeyFormat()
    const holder = this.#holders.get(key)
    if (holder === undefined) throw rejectedKey()
    return holder
  }
}

/** What a REST client must have signed: query, then body, without the signature itself. */
export function restPayload(query: string, body: string): string {
  return withoutSignature(query) + withoutSignature(body)
}

/** What a WS API client must have signed: sorted by name, joined, nothing encoded. */
export function webSocketPayload(parameters: Parameters): string {
  const names = [...parameters.names()].filter((name) => name !== 'signature').toSorted()
  return names.map((name) => `${name}=${parameters.optional(name) ?? ''}`).join('&')
}

/** @throws VenueError -1022. */
export function requireSignature(holder: KeyHolder, payload: string, signature: string): void {
  if (!holder.verifies(payload, signature)) throw badSignature()
}

/**
 * Accepts when timestamp < server + 1000 ms and server − timestamp ≤ recvWindow.
 * @throws VenueError -1021, -1131, or the parameter's own error.
 */
export function requireFresh(parameters: Parameters, venueUs: number): void {
  const timestamp = parameters.integer('timestamp')
  const windowMs = receiveWindowMs(parameters)
  const sentUs = timestamp >= MICROSECONDS_ABOVE ? timestamp : timestamp * US_PER_MS
  if (sentUs >= venueUs + AHEAD_MAX_MS * US_PER_MS) {
    throw new VenueError(-1021, "Timestamp for this request was 1000ms ahead of the server's time.")
  }
  if (ageForWindowUs(sentUs, timestamp, venueUs) > windowMs * US_PER_MS) {
    throw new VenueError(-1021, 'Timestamp for this request is outside of the recvWindow.')
  }
}

// A millisecond timestamp is compared in milliseconds: the server's clock is cut like the client's.
function ageForWindowUs(sentUs: number, timestamp: number, venueUs: number): number {
  if (timestamp >= MICROSECONDS_ABOVE) return venueUs - sentUs
  return Math.floor(venueUs / US_PER_MS) * US_PER_MS - sentUs
}

function receiveWindowMs(parameters: Parameters): number {
  if (parameters.optional('recvWindow') === undefined) return RECV_WINDOW_STANDARD_MS
  const windowMs = Number(parameters.decimal('recvWindow'))
  if (windowMs > RECV_WINDOW_MAX_MS) {
    throw new VenueError(-1131, `recvWindow must be less than ${RECV_WINDOW_MAX_MS}`)
  }
  return windowMs
}

function withoutSignature(form: string): string {
  return form
    .split('&')
    .filter((pair) => !pair.startsWith('signature='))
    .join('&')
}

function createHolder(credentials: SimCredentials): KeyHolder {
  const { account, kind, secret } = credentials
  if (kind === 'hmac') {
    return { account, kind, verifies: (payload, given) => verifiesHmac(secret, payload, given) }
  }
  const publicKey = createPublicKey(createPrivateKey(secret))
  return { account, kind, verifies: (payload, given) => verifiesEd25519(publicKey, payload, given) }
}

function verifiesHmac(secret: string, payload: string, given: string): boolean {
  const expected = createHmac('sha256', secret).update(payload, 'utf8').digest()
  const bytes = Buffer.from(given, 'hex')
  return bytes.length === expected.length && timingSafeEqual(bytes, expected)
}

function verifiesEd25519(publicKey: KeyObject, payload: string, given: string): boolean {
  return verify(null, Buffer.from(payload, 'utf8'), publicKey, Buffer.from(given, 'base64'))
}
