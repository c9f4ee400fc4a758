// The HTTP reader by itself: messages cut anywhere read the same, spoilt ones are refused in
// words and never throw, and a request written here is read here.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EngineError } from '#core/engine-error.ts'
import { encodeRequest, encodeResponse, HttpMessageReader } from '#wire/http-message.ts'
import { READ_ROOM_BYTES_MIN, ReceiveRegion } from '#wire/receive-region.ts'

const BODY_BYTES_MAX = 100_000

/** Reads messages until the stream is used up, then ends it. */
function readAll(kind: 'request' | 'response', stream: Uint8Array, readSizes: readonly number[]) {
  const region = new ReceiveRegion(new Uint8Array(4 * READ_ROOM_BYTES_MIN))
  const reader = new HttpMessageReader(kind, BODY_BYTES_MAX)
  const messages: string[] = []
  const take = () => {
    const head = reader.head
    const start = kind === 'request' ? `${head?.method} ${head?.target}` : String(head?.status)
    const body = Buffer.from(reader.body).toString('latin1')
    messages.push(`${start} ${head?.headers.get('x-name') ?? '-'} ${body}`)
    reader.begin()
  }
  let at = 0
  for (let i = 0; at < stream.length && reader.refusal === ''; i++) {
    const size = Math.min(stream.length - at, readSizes[i % readSizes.length] ?? 1)
    region.room().set(stream.subarray(at, at + size))
    region.commit(size)
    at += size
    while (region.readOffset < region.writeOffset) {
      const before = region.writeOffset - region.readOffset
      if (reader.read(region) === 'complete') take()
      if (reader.refusal !== '') break
      if (region.writeOffset - region.readOffset === before) break
    }
  }
  if (reader.state === 'body' && reader.end() === 'complete') take()
  return { messages, refusal: reader.refusal }
}

const bytesOf = (text: string) => Buffer.from(text, 'latin1')

function one(text: string) {
  return readAll('response', bytesOf(text), [1_000_000])
}

interface Sent {
  readonly status: number
  readonly name: string
  readonly body: string
  readonly chunks: readonly number[]
}

/** With a length, or in chunks with extensions and a trailer. */
function encodeSent({ status, name, body, chunks }: Sent): string {
  const head = `HTTP/1.1 ${status} Whatever it is\r\nX-Name:  ${name} \r\n`
  if (chunks.length === 0) return `${head}Content-Length: ${body.length}\r\n\r\n${body}`
  let text = `${head}Transfer-Encoding: chunked\r\n\r\n`
  let at = 0
  for (const size of chunks) {
    const part = body.slice(at, at + size)
    if (part === '') break
    text += `${part.length.toString(16)};x=y\r\n${part}\r\n`
    at += part.length
  }
  const rest = body.slice(at)
  if (rest !== '') text += `${rest.length.toString(16).toUpperCase()}\r\n${rest}\r\n`
  return `${text}0\r\nX-Trailer: 1\r\n\r\n`
}

const sent: fc.Arbitrary<Sent> = fc.record({
  status: fc.constantFrom(200, 201, 400, 418, 429, 503),
  name: fc.stringMatching(/^[a-z]{1,10}$/),
  body: fc.string({ maxLength: 2_000, unit: 'binary-ascii' }),
  chunks: fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 5 }),
})
const readSizes = fc.array(
  fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 5_000 })),
  { minLength: 1, maxLength: 30 },
)

test('responses cut anywhere read as they were sent', () => {
  fc.assert(
    fc.property(fc.array(sent, { minLength: 1, maxLength: 6 }), readSizes, (messages, sizes) => {
      const stream = bytesOf(messages.map(encodeSent).join(''))
      const expected = messages.map(({ status, name, body }) => `${status} ${name} ${body}`)
      expect(readAll('response', stream, sizes)).toEqual({ messages: expected, refusal: '' })
    }),
    { numRuns: 200 },
  )
})

test('spoilt responses never throw', () => {
  const spoils = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 })
  let refused = 0
  fc.assert(
    fc.property(
      fc.array(sent, { minLength: 1, maxLength: 3 }),
      spoils,
      readSizes,
      (m, s, sizes) => {
        const stream = bytesOf(m.map(encodeSent).join(''))
        for (const [place, value] of s) stream[place % Math.min(stream.length, 200)] = value
        if (readAll('response', stream, sizes).refusal !== '') refused++
      },
    ),
    { numRuns: 400 },
  )
  expect(refused).toBeGreaterThan(50)
})

test('noise never throws, as a response or a request', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3_000 }), readSizes, (noise, sizes) => {
      readAll('response', noise, sizes)
      readAll('request', noise, sizes)
    }),
    { numRuns: 200 },
  )
})

test('requests written here are read here, however they are cut', () => {
  const body = fc.string({ maxLength: 300, unit: 'binary-ascii' })
  const asked = fc.record({ method: fc.constantFrom('GET', 'POST', 'DELETE'), body })
  fc.assert(
    fc.property(fc.array(asked, { minLength: 1, maxLength: 5 }), readSizes, (requests, sizes) => {
      const fields = [['X-Name', 'value']] as const
      const stream = Buffer.concat(
        requests.map(({ method, body }) => encodeRequest(method, '/a?b=%20', fields, body)),
      )
      const expected = requests.map(({ method, body }) => `${method} /a?b=%20 value ${body}`)
      expect(readAll('request', stream, sizes)).toEqual({ messages: expected, refusal: '' })
    }),
  )
})

describe('responses that need care', () => {
  test.each([
    [
      'interim answers are skipped',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx',
      ['200 - x'],
    ],
    [
      '204 has no body whatever it says',
      'HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\n',
      ['204 - '],
    ],
    ['304 has no body', 'HTTP/1.1 304 No\r\n\r\n', ['304 - ']],
    ['no reason phrase', 'HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n', ['200 - ']],
    [
      'repeated fields are joined',
      'HTTP/1.1 200 OK\r\nX-Name: a\r\nx-name: b\r\nContent-Length: 0\r\n\r\n',
      ['200 a, b '],
    ],
    [
      'the same length twice',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx',
      ['200 - x'],
    ],
    ['a body until the end', 'HTTP/1.0 200 OK\r\n\r\nrest', ['200 - rest']],
    [
      'chunks win over a length',
      'HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n' +
        '1\r\nx\r\n0\r\n\r\n',
      ['200 - x'],
    ],
  ])('%s', (_what, text, messages) => {
    expect(one(text)).toEqual({ messages, refusal: '' })
  })

  test.each([
    ['another protocol', 'HTTP/2 200\r\n\r\n', 'not an HTTP/1.1 response line'],
    ['a status of two digits', 'HTTP/1.1 99 X\r\n\r\n', 'not an HTTP/1.1 response line'],
    ['a folded field', 'HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n', 'not a header field'],
    ['a blank before the colon', 'HTTP/1.1 200 OK\r\nA : b\r\n\r\n', 'not a header field'],
    ['a bare line feed in a field', 'HTTP/1.1 200 OK\r\nA: b\nC: d\r\n\r\n', 'not a header field'],
    ['a negative length', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n', 'content-length'],
    ['an unknown coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n', 'transfer coding'],
    ['a length over the limit', 'HTTP/1.1 200 OK\r\nContent-Length: 100001\r\n\r\n', 'larger than'],
    [
      'a chunk over the limit',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n186A1\r\n',
      'larger than',
    ],
    [
      'a chunk longer than it says',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n',
      'chunk longer',
    ],
    [
      'a chunk line with a bare line feed',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\nx',
      'CR LF',
    ],
    ['too many fields', `HTTP/1.1 200 OK\r\n${'A: b\r\n'.repeat(200)}\r\n`, 'too many'],
    ['a head without an end', `HTTP/1.1 200 OK\r\nA: ${'x'.repeat(40_000)}`, '32 KiB'],
  ])('%s is refused', (_what, text, refusal) => {
    expect(one(text).refusal).toContain(refusal)
  })

  test('a body until the end stops at the limit', () => {
    expect(one(`HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(BODY_BYTES_MAX + 1)}`).refusal).toContain(
      'larger than 100000 bytes',
    )
  })
})

test('what follows a 101 stays in the region', () => {
  const region = new ReceiveRegion()
  const bytes = Buffer.concat([
    encodeResponse(101, [['Upgrade', 'websocket']]),
    Buffer.from([0x81, 0]),
  ])
  region.room().set(bytes)
  region.commit(bytes.length)
  const reader = new HttpMessageReader('response', 10)
  expect(reader.read(region)).toBe('complete')
  expect(region.writeOffset - region.readOffset).toBe(2)
})

describe('what we send never breaks the framing', () => {
  test.each([
    ['a line break in a value', [['X', 'a\r\nY: b']]],
    ['a line break in a name', [['X\r\nY', 'a']]],
    ['an empty name', [['', 'a']]],
    ['a length of the caller', [['Content-Length', '3']]],
  ] as const)('%s is refused without its value', (_what, fields) => {
    let thrown: unknown
    try {
      encodeRequest('POST', '/', fields, 'abc')
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(EngineError)
    if (thrown instanceof EngineError) expect(thrown.message).not.toContain('Y: b')
  })

  test('the length counts bytes, not characters', () => {
    expect(Buffer.from(encodeRequest('PUT', '/', [], 'é‰')).toString()).toBe(
      'PUT / HTTP/1.1\r\ncontent-length: 5\r\n\r\né‰',
    )
    expect(Buffer.from(encodeRequest('GET', '/', [])).toString()).toBe('GET / HTTP/1.1\r\n\r\n')
  })
})
