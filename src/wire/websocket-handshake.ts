// The HTTP upgrade that opens a WebSocket (RFC 6455 §4), both sides. No extensions are offered or
// accepted: compression would cost the hot path more than the bytes it saves.
import { createHash } from 'node:crypto'
import type { Prng } from '#core/prng.ts'
import type { LinkAddress } from './byte-link.ts'
import { fieldHasToken, printable, type HeaderFields, type HttpHead } from './http-head.ts'
import { encodeRequest, encodeResponse } from './http-message.ts'

const ACCEPT_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const KEY_BYTES = 16
const KEY_TEXT = /^[A-Za-z0-9+/]{22}==$/
/** Of a refusal's body, for people. */
const BODY_SHOWN_BYTES = 200

/** 16 bytes as base64: a nonce against confused caches, not a secret. */
export function createWebSocketKey(prng: Prng): string {
  const bytes = Buffer.alloc(KEY_BYTES)
  for (let at = 0; at < KEY_BYTES; at += 4) bytes.writeUInt32LE(prng.nextUint32(), at)
  return bytes.toString('base64')
}

export function acceptOfKey(key: string): string {
  return createHash('sha1')
    .update(key + ACCEPT_GUID)
    .digest('base64')
}

/** @throws EngineError when the path or a header cannot be sent as it is. */
export function encodeUpgradeRequest(
  address: LinkAddress,
  path: string,
  headers: HeaderFields,
  key: string,
): Uint8Array {
  return encodeRequest('GET', path, [
    ['Host', hostField(address)],
    ['Upgrade', 'websocket'],
    ['Connection', 'Upgrade'],
    ['Sec-WebSocket-Key', key],
    ['Sec-WebSocket-Version', '13'],
    ...headers,
  ])
}

/** Why the answer opens no WebSocket, or '' when it does. `body` is as much of it as has come. */
export function upgradeRefusal(head: HttpHead, body: Uint8Array, key: string): string {
  if (head.status !== 101) {
    const shown = printable(Buffer.from(body).toString('utf8'), BODY_SHOWN_BYTES).trim()
    const answer = `the server answered HTTP ${head.status} instead of 101`
    return shown === '' ? answer : `${answer}: ${shown}`
  }
  const { headers } = head
  if (headers.get('upgrade')?.toLowerCase() !== 'websocket') {
    return 'the answer does not upgrade to websocket'
  }
  if (!fieldHasToken(headers.get('connection'), 'upgrade')) {
    return 'the answer lacks Connection: Upgrade'
  }
  if (headers.get('sec-websocket-accept') !== acceptOfKey(key)) {
    return 'the answer has a wrong Sec-WebSocket-Accept: it is not for our request'
  }
  if (headers.has('sec-websocket-extensions')) {
    return 'the server uses a WebSocket extension that was not offered'
  }
  return ''
}

/** The server's side: the 101 to send, or why the request is no upgrade (for a 400). */
export function answerUpgrade(
  head: HttpHead,
): { readonly reply: Uint8Array } | { readonly refusal: string } {
  const { headers } = head
  if (head.method !== 'GET') return { refusal: 'an upgrade is a GET' }
  if (headers.get('upgrade')?.toLowerCase() !== 'websocket') return { refusal: 'no upgrade' }
  if (!fieldHasToken(headers.get('connection'), 'upgrade')) return { refusal: 'no upgrade' }
  if (headers.get('sec-websocket-version') !== '13') return { refusal: 'only version 13 is known' }
  const key = headers.get('sec-websocket-key') ?? ''
  if (!KEY_TEXT.test(key)) return { refusal: 'Sec-WebSocket-Key is not 16 bytes in base64' }
  const reply = encodeResponse(101, [
    ['Upgrade', 'websocket'],
    ['Connection', 'Upgrade'],
    ['Sec-WebSocket-Accept', acceptOfKey(key)],
  ])
  return { reply }
}

/** The Host field: the port is named unless it is the scheme's own; IPv6 stands in brackets. */
export function hostField(address: LinkAddress): string {
  const host = address.host.includes(':') ? `[${address.host}]` : address.host
  return address.port === (address.tls ? 443 : 80) ? host : `${host}:${address.port}`
}
