import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  CLIENT_ID_LENGTH,
  clientIdHi,
  clientIdLo,
  clientIdParts,
  clientIdText,
  INCARNATION_MAX,
  INSTANCE_MAX,
  ParsedClientId,
  SEQUENCE_MAX,
  TASK_INDEX_MAX,
  writeClientId,
} from '#order/client-order-id.ts'

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

const parts = fc.record({
  instance: fc.integer({ min: 0, max: INSTANCE_MAX }),
  incarnation: fc.integer({ min: 0, max: INCARNATION_MAX }),
  task: fc.integer({ min: 0, max: TASK_INDEX_MAX }),
  sequence: fc.integer({ min: 0, max: SEQUENCE_MAX }),
})

/** The 63 bits, put together and spelt with exact integers. */
function spelt(p: {
  instance: number
  incarnation: number
  task: number
  sequence: number
}): string {
  let value = BigInt(p.instance)
  value = (value << 14n) | BigInt(p.incarnation)
  value = (value << 21n) | BigInt(p.task)
  value = (value << 20n) | BigInt(p.sequence)
  let text = ''
  for (let i = 0; i < 11; i++) {
    text = DIGITS[Number(value % 62n)]! + text
    value /= 62n
  }
  return `f${text}`
}

describe('a client order id', () => {
  it('is spelt as its 63 bits in base 62, and comes back whole', () => {
    fc.assert(
      fc.property(parts, (p) => {
        const hi = clientIdHi(p.instance, p.incarnation, p.task)
        const lo = clientIdLo(p.task, p.sequence)
        const text = clientIdText(hi, lo)
        expect(text).toBe(spelt(p))
        const parsed = new ParsedClientId()
        expect(parsed.parseText(text)).toBe(true)
        expect([parsed.hi, parsed.lo]).toEqual([hi, lo])
        expect(clientIdParts(hi, lo)).toEqual(p)
      }),
      { numRuns: 2_000 },
    )
  })

  it.each([
    [0, 0, 0, 0, 'f00000000000'],
    [0, 0, 0, 61, 'f0000000000z'],
    [0, 0, 0, 62, 'f00000000010'],
    [INSTANCE_MAX, INCARNATION_MAX, TASK_INDEX_MAX, SEQUENCE_MAX, 'fAzL8n0Y58m7'],
  ])('%i·%i·%i·%i is %s', (instance, incarnation, task, sequence, text) => {
    expect(clientIdText(clientIdHi(instance, incarnation, task), clientIdLo(task, sequence))).toBe(
      text,
    )
  })

  it('is written in place and nowhere else', () => {
    const out = new Uint8Array(CLIENT_ID_LENGTH + 4).fill(0x2a)
    writeClientId(1, 2, out, 2)
    expect(Buffer.from(out).toString('latin1')).toBe(`**${clientIdText(1, 2)}**`)
  })

  it('is read in the middle of a message', () => {
    const message = new TextEncoder().encode('{"c":"f0000000001z"}')
    const parsed = new ParsedClientId()
    expect(parsed.isOurs).toBe(false)
    expect(parsed.parse(message, 6, 18)).toBe(true)
    expect([parsed.isOurs, parsed.hi, parsed.lo]).toEqual([true, 0, 62 + 61])
    expect(parsed.parse(message, 6, 19)).toBe(false)
    expect(parsed.parse(message, 5, 17)).toBe(false)
  })

  it.each([
    ['another program', 'web_1234567890'],
    ['another prefix', 'g00000000000'],
    ['too short', 'f0000000000'],
    ['too long', 'f000000000000'],
    ['a digit outside the alphabet', 'f0000000000-'],
    ['a byte beyond ASCII', 'f000000000é'],
    ['more than 63 bits', 'fAzL8n0Y58m8'],
    ['the largest spelling', 'fzzzzzzzzzzz'],
    ['nothing', ''],
  ])('%s is not ours: %j', (_name, text) => {
    const parsed = new ParsedClientId()
    parsed.parseText('f00000000001')
    expect(parsed.parseText(text)).toBe(false)
    expect(parsed.isOurs).toBe(false)
  })

  it.each([
    ['an instance of 9 bits', () => clientIdHi(256, 0, 0), 'instance needs 8 bits'],
    ['an incarnation of 15 bits', () => clientIdHi(0, 16_384, 0), 'incarnation needs 14 bits'],
    ['a task of 22 bits', () => clientIdHi(0, 0, 2 ** 21), 'task index needs 21 bits'],
    ['a sequence of 21 bits', () => clientIdLo(0, 2 ** 20), 'sequence needs 20 bits'],
    ['a negative sequence', () => clientIdLo(0, -1), 'sequence needs 20 bits'],
    ['a negative instance', () => clientIdHi(-1, 0, 0), 'instance needs 8 bits'],
    ['a negative incarnation', () => clientIdHi(0, -1, 0), 'incarnation needs 14 bits'],
    ['a negative task', () => clientIdHi(0, 0, -1), 'task index needs 21 bits'],
  ])('refuses %s', (_name, build, message) => {
    expect(build).toThrow(message)
  })
})
