// The upgrade, both sides: RFC 6455's own example, and each way in which it may be refused.
import { describe, expect, test } from 'vitest'
import { EngineError } from '#core/engine-error.ts'
import { Prng } from '#core/prng.ts'
import { parseHead, type HttpHead } from '#wire/http-head.ts'
import { sessionTransitions } from '#wire/session-state.ts'
import {
  acceptOfKey,
  answerUpgrade,
  createWebSocketKey,
  encodeUpgradeRequest,
  hostField,
  upgradeRefusal,
} from '#wire/websocket-handshake.ts'

const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='
const NO_BODY = new Uint8Array(0)

function head(text: string, kind: 'request' | 'response'): HttpHead {
  const parsed = parseHead(text.trimEnd(), kind)
  if ('refusal' in parsed) throw new Error(parsed.refusal)
  return parsed
}

const REPLY = [
  'HTTP/1.1 101 Switching Protocols',
  'Upgrade: WebSocket',
  'Connection: keep-alive, Upgrade',
  `Sec-WebSocket-Accept: ${ACCEPT}`,
]
const REQUEST = [
  'GET /ws HTTP/1.1',
  'Host: venue',
  'Upgrade: websocket',
  'Connection: Upgrade',
  `Sec-WebSocket-Key: ${KEY}`,
  'Sec-WebSocket-Version: 13',
]

/** `lines` with the one that begins like `changed` replaced by it. */
function withLine(lines: readonly string[], changed: string): string {
  const name = changed.slice(0, changed.indexOf(':') + 1)
  return [...lines.filter((line) => !line.startsWith(name)), changed].join('\r\n')
}

test("RFC 6455's example", () => {
  expect(acceptOfKey(KEY)).toBe(ACCEPT)
  expect(upgradeRefusal(head(REPLY.join('\r\n'), 'response'), NO_BODY, KEY)).toBe('')
})

test.each([
  ['Upgrade: h2c', 'does not upgrade'],
  ['Connection: keep-alive', 'lacks Connection'],
  ['Sec-WebSocket-Accept: nonsense', 'wrong Sec-WebSocket-Accept'],
  ['Sec-WebSocket-Extensions: permessage-deflate', 'not offered'],
])('a 101 with %s is refused', (changed, refusal) => {
  const reply = head(withLine(REPLY, changed), 'response')
  expect(upgradeRefusal(reply, NO_BODY, KEY)).toContain(refusal)
})

test('another status is told with the beginning of its body, safe to print', () => {
  const reply = head('HTTP/1.1 403 Forbidden', 'response')
  const body = Buffer.from(`<html>\u001b[31m\n${'no '.repeat(200)}`)
  const refusal = upgradeRefusal(reply, body, KEY)
  expect(refusal).toMatch(/^the server answered HTTP 403 instead of 101: <html> \[31m no no/)
  expect(refusal.length).toBeLessThan(260)
})

test('what a client asks, a server answers, and the client accepts', () => {
  const key = createWebSocketKey(new Prng(4))
  const address = { host: 'venue.example', port: 9443, tls: true }
  const asked = Buffer.from(encodeUpgradeRequest(address, '/ws?a=1', [['X-A', 'b']], key))
  const request = head(asked.toString('latin1'), 'request')
  expect([request.method, request.target]).toEqual(['GET', '/ws?a=1'])
  expect(request.headers.get('host')).toBe('venue.example:9443')
  expect(request.headers.get('x-a')).toBe('b')
  const answer = answerUpgrade(request)
  if ('refusal' in answer) throw new Error(answer.refusal)
  const reply = head(Buffer.from(answer.reply).toString('latin1'), 'response')
  expect(upgradeRefusal(reply, NO_BODY, key)).toBe('')
  expect(createWebSocketKey(new Prng(5))).not.toBe(key)
})

describe('a server refuses', () => {
  test.each([
    'Upgrade: h2c',
    'Connection: close',
    'Sec-WebSocket-Version: 8',
    'Sec-WebSocket-Key: short',
  ])('%s', (changed) => {
    expect(answerUpgrade(head(withLine(REQUEST, changed), 'request'))).toHaveProperty('refusal')
  })

  test('a POST', () => {
    const posted = REQUEST.join('\r\n').replace('GET', 'POST')
    expect(answerUpgrade(head(posted, 'request'))).toEqual({ refusal: 'an upgrade is a GET' })
  })
})

test.each([
  [{ host: 'a.example', port: 443, tls: true }, 'a.example'],
  [{ host: 'a.example', port: 80, tls: false }, 'a.example'],
  [{ host: 'a.example', port: 443, tls: false }, 'a.example:443'],
  [{ host: '::1', port: 9000, tls: false }, '[::1]:9000'],
])('the Host field of %j is %s', (address, field) => {
  expect(hostField(address)).toBe(field)
})

test('a path that cannot be sent is refused at once', () => {
  const address = { host: 'a', port: 1, tls: false }
  expect(() => encodeUpgradeRequest(address, '/a b', [], KEY)).toThrow(EngineError)
})

test('the life of a session, as reviewed', () => {
  expect(sessionTransitions.matrix().split('\n')).toEqual([
    'Idle: Connect→Dialing',
    'Dialing: LinkOpened→Handshaking · End→Closing · LinkClosed→Closed',
    'Handshaking: Upgraded→Open · End→Closing · LinkClosed→Closed',
    'Open: End→Closing · LinkClosed→Closed',
    'Closing: LinkClosed→Closed',
    'Closed: ',
  ])
})
