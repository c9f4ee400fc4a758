// The layout kernel beside its TypeScript twin: the same answer and the same numbers, whatever a
// message is. FLOE_MUTATIONS=5000000 tries so many messages instead of the usual ones.
import { describe, expect, it } from 'vitest'
import { Prng } from '#core/prng.ts'
import { LayoutKernel } from '#kernel/layout-kernel.ts'
import { NO_LAYOUT, type LayoutMatcher } from '#kernel/layout-matcher.ts'
import { LayoutTwin } from '#kernel/layout-twin.ts'
import { decimal, flag, integer, levels, type MessageLayout } from '#kernel/message-layout.ts'

const MUTATIONS = Number(process.env['FLOE_MUTATIONS'] ?? 150_000)
const REGION_BYTES = 65_536
const OPTIONS = { keyAt: 2, levelsMax: 6, layoutsMax: 16 }

const twin = new LayoutTwin(OPTIONS)
const kernel = LayoutKernel.load(OPTIONS, REGION_BYTES)!

const LAYOUTS: Readonly<Record<string, MessageLayout>> = {
  top: ['{"top","u":', integer(0), ',"b":"', decimal(1, 2), '","B":"', decimal(2, 8), '"}'],
  trade: ['{"trade","p":"', decimal(29, 0), '","m":', flag(3), ',"M":', flag(4), '}'],
  depth: ['{"depth","b":[', levels(0, 2, 5), ',"a":[', levels(1, 12, 0), '}'],
  a_name_as_long_as_a_name_may_be: ['{"a_name_as_long_as_a_name_may_be","v":', integer(7), '}'],
  sixteen_bytes_it: ['{"sixteen_bytes_it":"plain","and":"nothing varies"}'],
}
for (const [key, layout] of Object.entries(LAYOUTS)) {
  for (const matcher of [twin, kernel]) matcher.add(key, layout)
}

const prng = new Prng(20_261_121)
const pick = <T>(list: readonly T[]): T => list[prng.nextInteger(0, list.length - 1)]!
const digits = (count: number): string =>
  Array.from({ length: count }, () => prng.nextInteger(0, 9)).join('')

const number = (): string =>
  pick([
    () => digits(prng.nextInteger(1, 17)),
    () => `${prng.nextInteger(0, 99_999)}.${digits(prng.nextInteger(1, 9))}`,
    () => `${prng.nextInteger(0, 99_999)}.${digits(2)}000000`,
    () => `${prng.nextInteger(1, 9_999_999)}.${digits(8)}`,
    () => pick(['0', '0.0', '00', '1.', '.5', '-1', '1e3', '9007199254740991', '9007199254740992']),
    () => pick(['0.00000000', '123456789012345', '99999999.99999999', '1.2.3', '']),
  ])()

const level = (): string => `["${number()}","${number()}"]`
const levelList = (): string => Array.from({ length: prng.nextInteger(0, 7) }, level).join(',')

const message = (): string =>
  pick([
    () => `{"top","u":${number()},"b":"${number()}","B":"${number()}"}`,
    () => `{"trade","p":"${number()}","m":${pick(['true', 'false'])},"M":${prng.chance(0.5)}}`,
    () => `{"depth","b":[${levelList()}],"a":[${levelList()}]}`,
    () => `{"a_name_as_long_as_a_name_may_be","v":${number()}}`,
    () => `{"sixteen_bytes_it":"plain","and":"nothing varies"}`,
    () => `{"${digits(prng.nextInteger(0, 40))}":1}`,
  ])()

/** One byte changed, dropped, doubled or like its neighbour; or the end cut off; or as it was. */
function mutate(bytes: Uint8Array): Uint8Array {
  const at = prng.nextInteger(0, bytes.length - 1)
  const copy = Uint8Array.from(bytes)
  switch (prng.nextInteger(0, 8)) {
    case 0:
      copy[at] = prng.nextInteger(0, 255)
      return copy
    case 1:
      return Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + 1)])
    case 2:
      return Uint8Array.from([...bytes.subarray(0, at), bytes[at]!, ...bytes.subarray(at)])
    case 3:
      copy[at] = bytes[Math.min(at + 1, bytes.length - 1)]!
      return copy
    case 4:
      return bytes.subarray(0, at)
    default:
      return copy
  }
}

interface Heard {
  readonly layout: number
  readonly values: readonly number[]
}

function heard(matcher: LayoutMatcher, bytes: Uint8Array, start: number, end: number): Heard {
  for (const list of [matcher.values, ...matcher.lists]) list.fill(0)
  const layout = matcher.match(bytes, start, end)
  if (layout === NO_LAYOUT) return { layout, values: [] }
  // What a refused layout left in the lists is nobody's business.
  const counted = matcher.lists.flatMap((list, i) => {
    return [...list.subarray(0, matcher.count(i < 2 ? 0 : 1))]
  })
  return { layout, values: [...matcher.values, ...counted] }
}

describe('kernel and twin', () => {
  it(`answer alike to ${MUTATIONS} messages, mutated or not`, { timeout: 3_600_000 }, () => {
    // Both receive over what was there before, the kernel into its own memory.
    const region = kernel.receiveBytes(REGION_BYTES)
    const other = new Uint8Array(REGION_BYTES)
    const encoder = new TextEncoder()
    const count = { matched: 0, refused: 0 }
    let at = 0
    for (let i = 0; i < MUTATIONS; i++) {
      const bytes = mutate(encoder.encode(message()))
      if (at + bytes.length > REGION_BYTES) at = prng.nextInteger(0, 64)
      region.set(bytes, at)
      other.set(bytes, at)
      const byKernel = heard(kernel, region, at, at + bytes.length)
      const byTwin = heard(twin, other, at, at + bytes.length)
      if (JSON.stringify(byKernel) !== JSON.stringify(byTwin)) {
        const text = Buffer.from(bytes).toString()
        expect({ text, ...byKernel }).toEqual({ text, ...byTwin })
      }
      count[byTwin.layout === NO_LAYOUT ? 'refused' : 'matched']++
      at += prng.nextInteger(0, bytes.length)
    }
    expect(count.matched).toBeGreaterThan(MUTATIONS / 10)
    expect(count.refused).toBeGreaterThan(MUTATIONS / 10)
  })
})

describe.each([
  ['twin', twin],
  ['kernel', kernel],
] as const)('the %s', (_name, matcher) => {
  const read = (text: string): Heard => {
    const bytes = new TextEncoder().encode(text)
    return heard(matcher, bytes, 0, bytes.length)
  }

  it.each([
    // text                                              layout  slots: 0, 1, 2
    ['{"top","u":7,"b":"1.25","B":"3"}', 0, [7, 125, 3e8]],
    ['{"top","u":0,"b":"43250.01000000","B":"0.00000001"}', 0, [0, 4_325_001, 1]],
    ['{"top","u":999999999999999,"b":"0","B":"0"}', 0, [999_999_999_999_999, 0, 0]],
    ['{"top","u":1000000000000000,"b":"0","B":"0"}', -1, []], // sixteen digits
    ['{"top","u":07,"b":"1","B":"1"}', -1, []], // a leading zero
    ['{"top","u":7,"b":"1.255","B":"1"}', -1, []], // finer than the scale
    ['{"top","u":7,"b":"1.2500","B":"1"}', 0, [7, 125, 1e8]], // but only in writing
    ['{"top","u":7,"b":"1.25","B":"99999999"}', -1, []], // × 10^8 is beyond 2^53
    ['{"top","u":7,"b":"1.25","B":"3"} ', -1, []],
    ['{"top", "u":7,"b":"1.25","B":"3"}', -1, []],
    ['{"top","u":7,"b":"1.25","B":"3"', -1, []],
    ['', -1, []],
  ])('reads %s', (text, layout, slots) => {
    const { layout: found, values } = read(text)
    expect([found, values.slice(0, slots.length)]).toEqual([layout, slots])
  })

  it('takes as many levels as there is room for', () => {
    const six = Array(6).fill('["1.50","2"]').join(',')
    const full = read(`{"depth","b":[${six}],"a":[]}`)
    expect([full.layout, matcher.count(0), matcher.count(1)]).toEqual([2, 6, 0])
    expect([matcher.lists[0]![5], matcher.lists[1]![5]]).toEqual([150, 200_000])
    expect(read(`{"depth","b":[${six},${six}],"a":[]}`).layout).toBe(NO_LAYOUT)
  })

  it('has no room for a key of 32 bytes', () => {
    expect(matcher.add('k'.repeat(32), ['{"x":"', integer(0), '"}'])).toBe(NO_LAYOUT)
  })
})

it('as many layouts are taken as were asked for', () => {
  const small = new LayoutTwin({ ...OPTIONS, layoutsMax: 2 })
  expect(['a', 'b', 'c'].map((key) => small.add(key, ['x', integer(0), 'y']))).toEqual([0, 1, -1])
})

it('the kernel leaves a long message from elsewhere to others', () => {
  const bytes = new TextEncoder().encode(`{"depth","b":[],"a":[]${' '.repeat(70_000)}}`)
  expect(kernel.match(bytes, 0, bytes.length)).toBe(NO_LAYOUT)
})

it('a layout that begins or ends with a value is a mistake of ours', () => {
  const image = new LayoutTwin(OPTIONS)
  expect(() => image.add('a', [integer(0), 'x'])).toThrow('begins with text')
  expect(() => image.add('a', ['x', integer(0)])).toThrow('ends with text')
  expect(() => image.add('a', ['x', integer(0), '0'])).toThrow('not part of it')
})
