// The frame reader by itself: every breach by name, and a fuzzer that cuts and spoils valid
// streams. Whatever is fed, it yields the messages of the unsplit stream or a close code.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Prng } from '#core/prng.ts'
import { monoNs } from '#core/units.ts'
import { READ_ROOM_BYTES_MIN, ReceiveRegion } from '#wire/receive-region.ts'
import { applyMask, isCloseCodeOnWire, Opcode, wordsOf, type Role } from '#wire/websocket-frame.ts'
import { WebSocketReader, type FrameSink } from '#wire/websocket-reader.ts'
import { WebSocketWriter } from '#wire/websocket-writer.ts'

const MESSAGE_BYTES_MAX = 70_000

class Heard implements FrameSink {
  readonly events: string[] = []
  frames = 0
  isTurnDue = false

  onFrame(): void {
    this.frames++
  }

  onMessage(bytes: Uint8Array, start: number, end: number, isText: boolean): boolean {
    const hex = Buffer.from(bytes.subarray(start, end)).toString('hex')
    this.events.push(`${isText ? 'text' : 'binary'} ${hex}`)
    return this.isTurnDue
  }

  onPing(bytes: Uint8Array, start: number, end: number): void {
    this.events.push(`ping ${Buffer.from(bytes.subarray(start, end)).toString('hex')}`)
  }

  onClose(code: number, reason: string): void {
    this.events.push(`close ${code} ${reason}`)
  }
}

function readerOf(role: Role) {
  const heard = new Heard()
  const region = new ReceiveRegion(new Uint8Array(4 * READ_ROOM_BYTES_MIN))
  const reader = new WebSocketReader(region, role, MESSAGE_BYTES_MAX, heard)
  return { heard, region, reader }
}

/** Lets bytes land in reads of the given sizes (repeated), as a socket would. */
function feed(role: Role, stream: Uint8Array, readSizes: readonly number[]) {
  const { heard, region, reader } = readerOf(role)
  let code = 0
  let at = 0
  for (let i = 0; at < stream.length && code === 0; i++) {
    const room = region.room()
    const size = Math.min(room.length, stream.length - at, readSizes[i % readSizes.length] ?? 1)
    room.set(stream.subarray(at, at + size))
    region.commit(size)
    code = reader.read(monoNs(at))
    at += size
  }
  return { heard, reader, code }
}

const bytesOf = (...numbers: number[]) => Uint8Array.from(numbers)

interface Item {
  readonly opcode: Opcode
  readonly payload: Uint8Array
  /** Where a data message is cut into fragments; a ping goes between each two. */
  readonly cuts: readonly number[]
}

function framesOf(role: Role, items: readonly Item[]): Uint8Array {
  const writer = new WebSocketWriter(role, new Prng(5))
  const frames: Uint8Array[] = []
  for (const { opcode, payload, cuts } of items) {
    const places = [...new Set(cuts.map((cut) => cut % (payload.length + 1)))]
    const edges = [0, ...places.toSorted((a, b) => a - b), payload.length]
    for (let i = 0; i + 1 < edges.length; i++) {
      const isLast = i + 2 === edges.length
      const part = payload.subarray(edges[i], edges[i + 1])
      frames.push(writer.frame(i === 0 ? opcode : Opcode.Continuation, part, isLast))
      if (!isLast) frames.push(writer.frame(Opcode.Ping, bytesOf(i)))
    }
  }
  return Buffer.concat(frames)
}

const payload = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.constantFrom(125, 126, 127, 65_535, 65_536).map((size) => new Uint8Array(size).fill(7)),
)
const item: fc.Arbitrary<Item> = fc.record({
  opcode: fc.constantFrom<Opcode>(Opcode.Text, Opcode.Binary),
  payload,
  cuts: fc.array(fc.nat({ max: 70_000 }), { maxLength: 3 }),
})
const items = fc.array(item, { minLength: 1, maxLength: 12 })
const readSizes = fc.array(
  fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 70_000 })),
  { minLength: 1, maxLength: 30 },
)
const roles: [Role, Role][] = [
  ['client', 'server'],
  ['server', 'client'],
]

describe.each(roles)('what a %s writes, read by a %s', (writing, reading) => {
  test('a stream cut anywhere gives the messages of the whole one', () => {
    fc.assert(
      fc.property(items, readSizes, (sent, sizes) => {
        const stream = framesOf(writing, sent)
        const cut = feed(reading, stream, sizes)
        const expected = sent.map(({ opcode, payload }) => {
          const kind = opcode === Opcode.Text ? 'text' : 'binary'
          return `${kind} ${Buffer.from(payload).toString('hex')}`
        })
        expect(cut.code).toBe(0)
        expect(cut.heard.events.filter((event) => !event.startsWith('ping'))).toEqual(expected)
        expect(cut.heard.events).toEqual(feed(reading, stream, [30_000]).heard.events)
      }),
      { numRuns: 150 },
    )
  })

  test('spoilt bytes never throw: only other messages, or a close code', () => {
    const spoils = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 8,
    })
    let refused = 0
    fc.assert(
      fc.property(items, spoils, readSizes, (sent, changes, sizes) => {
        const stream = framesOf(writing, sent)
        for (const [place, flip] of changes) {
          const at = place % Math.min(stream.length, 400)
          stream[at] = stream[at]! ^ flip
        }
        const { code, reader } = feed(reading, stream, sizes)
        expect([0, 1002, 1007, 1009]).toContain(code)
        expect(reader.breach === '').toBe(code === 0)
        if (code !== 0) refused++
      }),
      { numRuns: 400 },
    )
    expect(refused).toBeGreaterThan(50)
  })

  test('noise never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), readSizes, (noise, sizes) => {
        expect([0, 1002, 1007, 1009]).toContain(feed(reading, noise, sizes).code)
      }),
      { numRuns: 300 },
    )
  })
})

const BREACHES: [what: string, bytes: Uint8Array, code: number, breach: string][] = [
  ['a reserved bit', bytesOf(0xc1, 0), 1002, 'reserved bits are set'],
  ['a reserved data opcode', bytesOf(0x83, 0), 1002, 'the opcode is reserved'],
  ['a reserved control opcode', bytesOf(0x8b, 0), 1002, 'the opcode is reserved'],
  ['a fragmented ping', bytesOf(0x09, 0), 1002, 'a control frame is fragmented'],
  ['a long ping', bytesOf(0x89, 126, 0, 126), 1002, 'a control frame is longer than 125 bytes'],
  ['a lone continuation', bytesOf(0x80, 0), 1002, 'a continuation of nothing'],
  ['a text inside a text', bytesOf(0x01, 0, 0x81, 0), 1002, 'a message begins inside another'],
  ['a masked frame', bytesOf(0x81, 0x80, 1, 2, 3, 4), 1002, 'a server masks a frame'],
  [
    '70,001 bytes',
    bytesOf(0x81, 127, 0, 0, 0, 0, 0, 1, 0x11, 0x71),
    1009,
    'the message is too large',
  ],
  [
    '2^63 bytes',
    bytesOf(0x81, 127, 255, 255, 255, 255, 0, 0, 0, 0),
    1009,
    'the message is too large',
  ],
  [
    'a close of one byte',
    bytesOf(0x88, 1, 3),
    1002,
    'a close frame has a code that may not be sent',
  ],
  ['close 1005', bytesOf(0x88, 2, 3, 237), 1002, 'a close frame has a code that may not be sent'],
  ['close 999', bytesOf(0x88, 2, 3, 231), 1002, 'a close frame has a code that may not be sent'],
  [
    'a reason that is not UTF-8',
    bytesOf(0x88, 3, 3, 232, 0xff),
    1007,
    'the reason of a close frame is not UTF-8',
  ],
]

describe('breaches that end a client session', () => {
  test.each(BREACHES)('%s', (_what, bytes, code, breach) => {
    for (const size of [1, 100]) {
      const fed = feed('client', bytes, [size])
      expect([fed.code, fed.reader.breach]).toEqual([code, breach])
    }
  })

  test('a server refuses what is not masked', () => {
    expect(feed('server', bytesOf(0x81, 0), [9]).reader.breach).toBe(
      'a client does not mask a frame',
    )
  })

  test('fragments that together are too large', () => {
    const writer = new WebSocketWriter('server', new Prng(1))
    const half = new Uint8Array(40_000)
    const stream = Buffer.concat([
      writer.frame(Opcode.Text, half, false),
      writer.frame(Opcode.Continuation, half),
    ])
    expect(feed('client', stream, [9_999]).code).toBe(1009)
  })

  test('what was whole before the breach was handed out, nothing after it is', () => {
    const bytes = bytesOf(0x81, 1, 0x61, 0x83, 0, 0x81, 1, 0x62)
    expect(feed('client', bytes, [100]).heard.events).toEqual(['text 61'])
  })
})

test('a close frame is the last thing heard', () => {
  const bytes = bytesOf(0x88, 4, 3, 232, 0x6f, 0x6b, 0x81, 1, 0x62)
  expect(feed('client', bytes, [100]).heard.events).toEqual(['close 1000 ok'])
  expect(feed('client', bytesOf(0x88, 0), [1]).heard.events).toEqual(['close 1005 '])
})

test('a message is handed out where it landed', () => {
  const { heard, region, reader } = readerOf('client')
  let same = false
  heard.onMessage = (bytes, start, end) => {
    same = bytes === region.bytes && start === 2 && end === 4
    return false
  }
  region.room().set(bytesOf(0x81, 2, 0x68, 0x69))
  region.commit(4)
  reader.read(monoNs(0))
  expect(same).toBe(true)
})

test('stop in the middle of a read hands out nothing more', () => {
  const { heard, region, reader } = readerOf('client')
  heard.onMessage = () => {
    heard.events.push('message')
    reader.stop()
    return false
  }
  region.room().set(bytesOf(0x81, 0, 0x81, 0))
  region.commit(4)
  expect(reader.read(monoNs(0))).toBe(0)
  expect(heard.events).toEqual(['message'])
})

test('the mask is its own inverse, and the same at every alignment', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(12), fc.integer(), (data, start, key) => {
      const bytes = new Uint8Array(100)
      bytes.set(data, start)
      const end = start + data.length
      applyMask(bytes, wordsOf(bytes), start, end, key)
      const masked = [...bytes.subarray(start, end)]
      const expected = [...data].map((byte, i) => byte ^ ((key >>> (8 * (i % 4))) & 0xff))
      expect(masked).toEqual(expected)
      expect(bytes.subarray(0, start).every((byte) => byte === 0)).toBe(true)
      expect(bytes.subarray(end).every((byte) => byte === 0)).toBe(true)
      applyMask(bytes, wordsOf(bytes), start, end, key)
      expect([...bytes.subarray(start, end)]).toEqual([...data])
    }),
  )
})

test('a frame that does not fit the out buffer is refused whole', () => {
  const writer = new WebSocketWriter('client', new Prng(1))
  const out = new Uint8Array(200)
  const source = new Uint8Array(200)
  expect(writer.compose(out, Opcode.Text, source, 0, 192)).toBe(200)
  out.fill(0)
  expect(writer.compose(out, Opcode.Text, source, 0, 193)).toBe(0)
  expect(out.every((byte) => byte === 0)).toBe(true)
})

test('close codes that may stand in a frame', () => {
  const may = [1000, 1001, 1002, 1003, 1007, 1008, 1011, 1012, 1013, 1014, 3000, 4999]
  const mayNot = [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535]
  expect(may.filter((code) => !isCloseCodeOnWire(code))).toEqual([])
  expect(mayNot.filter(isCloseCodeOnWire)).toEqual([])
})

test('a message to be acted on interrupts the read, and the rest comes with the next', () => {
  const { heard, region, reader } = readerOf('client')
  heard.isTurnDue = true
  region.room().set(bytesOf(0x81, 1, 0x61, 0x81, 1, 0x62, 0x81, 1))
  region.commit(8)
  expect(reader.read(monoNs(0))).toBe(0)
  expect([heard.events, reader.isTurnDue]).toEqual([['text 61'], true])
  reader.read(monoNs(0))
  expect([heard.events, reader.isTurnDue]).toEqual([['text 61', 'text 62'], true])
  reader.read(monoNs(0))
  expect([heard.events.length, reader.isTurnDue]).toEqual([2, false])
  region.room().set(bytesOf(0x63))
  region.commit(1)
  reader.read(monoNs(0))
  expect([heard.events[2], reader.isTurnDue]).toEqual(['text 63', false])
})
