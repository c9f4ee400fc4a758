import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteLayout, LayoutText, NOT_READ, textList } from '#wire/byte-layout.ts'
import { ByteScanner } from '#wire/byte-scan.ts'

const inside = (text: string): { bytes: Uint8Array; start: number; end: number } => {
  const bytes = new TextEncoder().encode(`9${text}9`)
  return { bytes, start: 1, end: bytes.length - 1 }
}

const layoutOf = (text: string): ByteLayout => {
  const { bytes, start, end } = inside(text)
  const layout = new ByteLayout()
  layout.reset(bytes, start, end)
  return layout
}

/** What the scanner makes of a quoted decimal, or NOT_READ where it refuses. */
const scanned = (text: string, scale: number): number => {
  const { bytes, start, end } = inside(`"${text}"`)
  const scanner = new ByteScanner()
  scanner.reset(bytes, start, end)
  const value = scanner.readDecimal(scale)
  return scanner.expectEnd() ? value : NOT_READ
}

const matched = (text: string, scale: number): number => {
  const layout = layoutOf(`${text}"`)
  const value = layout.decimal(scale)
  return layout.endsWith(0x22, 1) ? value : NOT_READ
}

describe('decimal', () => {
  it.each([
    ['43250.01000000', 2, 4_325_001],
    ['0.00000001', 8, 1],
    ['0.00000000', 5, 0],
    ['999999999.99999999', 0, NOT_READ],
    ['999999999.99999999', 8, NOT_READ],
    ['90071992.54740991', 8, 9_007_199_254_740_991],
    ['90071992.54740992', 8, NOT_READ],
    ['1234567890.00000000', 0, NOT_READ],
    ['01.00000000', 2, NOT_READ],
    ['.00000000', 2, NOT_READ],
    ['1.0000000', 2, NOT_READ],
    ['1.000000000', 2, NOT_READ],
    ['1.0000000e', 2, NOT_READ],
    ['1.00/00000', 2, NOT_READ],
    ['1.0000:000', 2, NOT_READ],
    ['1,00000000', 2, NOT_READ],
    ['-1.00000000', 2, NOT_READ],
    ['1.00100000', 2, NOT_READ],
  ])('reads %s at scale %i as %d', (text, scale, expected) => {
    expect(matched(text, scale)).toBe(expected)
  })

  it('is what the scanner reads, wherever it reads anything', () => {
    const digits = fc.stringMatching(/^[0-9]{1,11}$/)
    const fraction = fc.stringMatching(/^[0-9]{8}$/)
    const trailing = fc.nat(8).map((kept) => (text: string) => text.slice(0, kept).padEnd(8, '0'))
    fc.assert(
      fc.property(digits, fraction, trailing, fc.nat(8), (whole, decimals, cut, scale) => {
        const text = `${whole}.${cut(decimals)}`
        const value = matched(text, scale)
        fc.pre(value !== NOT_READ)
        expect(value).toBe(scanned(text, scale))
      }),
      { numRuns: 2_000 },
    )
  })

  it('reads every number of the usual form', () => {
    fc.assert(
      fc.property(fc.nat(99_999), fc.nat(99_999_999), (whole, fraction) => {
        const text = `${whole}.${String(fraction).padStart(8, '0')}`
        expect(matched(text, 8)).toBe(whole * 1e8 + fraction)
      }),
      { numRuns: 2_000 },
    )
  })

  it('takes any byte for a digit only where it is one', () => {
    for (let byte = 0; byte < 256; byte++) {
      for (let place = 0; place < 8; place++) {
        const bytes = new TextEncoder().encode('1.00000000"')
        bytes[2 + place] = byte
        const layout = new ByteLayout()
        layout.reset(bytes, 0, bytes.length)
        const isDigit = byte >= 0x30 && byte <= 0x39
        expect(layout.decimal(8) !== NOT_READ).toBe(isDigit)
      }
    }
  })
})

describe('integer', () => {
  it.each([
    ['0', 0],
    ['999999999999999', 999_999_999_999_999],
    ['1000000000000000', NOT_READ],
    ['007', NOT_READ],
    ['', NOT_READ],
    ['-1', NOT_READ],
  ])('reads "%s" as %d', (text, expected) => {
    expect(layoutOf(`${text},`).integer()).toBe(expected)
  })
})

describe('literal and word', () => {
  it('matches the text and nothing else, for every length and place', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-f"{}:,]{4,40}$/), fc.nat(39), (text, at) => {
        const literal = new LayoutText(text)
        expect(layoutOf(text).literal(literal)).toBe(true)
        expect(layoutOf(text.slice(0, -1)).literal(literal)).toBe(false)
        const place = at % text.length
        const spoilt = `${text.slice(0, place)}~${text.slice(place + 1)}`
        expect(layoutOf(spoilt).literal(literal)).toBe(false)
      }),
    )
  })

  it('passes over a list of texts one by one, and over nothing else', () => {
    const texts = fc.array(fc.stringMatching(/^[a-f"{}:,]{4,20}$/), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(texts, fc.nat(99), (list, at) => {
        const whole = list.join('')
        const passed = (text: string): number => {
          const layout = layoutOf(text)
          const words = textList(list)
          let count = 0
          let next = layout.nextText(words, 0)
          for (; next !== NOT_READ && ++count < list.length;) next = layout.nextText(words, next)
          return count
        }
        expect(passed(whole)).toBe(list.length)
        const place = at % whole.length
        const ends = list.map((_, i) => list.slice(0, i + 1).join('').length)
        const before = ends.filter((end) => end <= place).length
        expect(passed(`${whole.slice(0, place)}~${whole.slice(place + 1)}`)).toBe(before)
        expect(passed(whole.slice(0, place))).toBe(before)
      }),
    )
  })

  it('never reads beyond the end of the message', () => {
    const bytes = new TextEncoder().encode('abcd}}')
    const layout = new ByteLayout()
    layout.reset(bytes, 0, 5)
    expect(layout.literal(new LayoutText('abcd'))).toBe(true)
    expect(layout.word(0x7d7d, 2)).toBe(false)
    expect(layout.endsWith(0x7d, 1)).toBe(true)
    expect(layout.word(0x7d, 1)).toBe(true)
    expect(layout.isAtEnd).toBe(true)
  })
})
