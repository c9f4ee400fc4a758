import { Decimal } from 'decimal.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteScanner, SCAN_REFUSAL_NAMES } from '#wire/byte-scan.ts'
import { asciiBytes } from '#wire/json-bytes.ts'

const scannerOver = (text: string, before = '', after = ''): ByteScanner => {
  const bytes = new TextEncoder().encode(before + text + after)
  const scanner = new ByteScanner()
  scanner.reset(bytes, before.length, bytes.length - after.length)
  return scanner
}

const verdict = (scanner: ByteScanner): string =>
  scanner.ok ? 'ok' : SCAN_REFUSAL_NAMES[scanner.refusal]

describe('readDecimal', () => {
  const rows: [text: string, scale: number, expected: number | string][] = [
    ['"61837.63000000"', 2, 6_183_763],
    ['"61837.63"', 2, 6_183_763],
    ['61837.63', 2, 6_183_763],
    ['"0.00000000"', 5, 0],
    ['"0"', 8, 0],
    ['"12"', 3, 12_000],
    ['"12.5"', 3, 12_500],
    ['"90071992.54740991"', 8, 9_007_199_254_740_991],
    ['"90071992.54740992"', 8, 'range'],
    ['"90071992547409910"', 0, 'range'],
    ['"2147483648"', 0, 2_147_483_648],
    ['"4294967296.5"', 1, 42_949_672_965],
    ['"0.001"', 2, 'scale'],
    ['"0.01000001"', 2, 'scale'],
    ['"NaN"', 2, 'syntax'],
    ['"abc"', 2, 'syntax'],
    ['1e5', 2, 'syntax'],
    ['"1e5"', 2, 'syntax'],
    ['"-1"', 2, 'syntax'],
    ['-1', 2, 'syntax'],
    ['"+1"', 2, 'syntax'],
    ['".5"', 2, 'syntax'],
    ['"5."', 2, 'syntax'],
    ['"007"', 2, 'syntax'],
    ['""', 2, 'syntax'],
    ['"1', 2, 'syntax'],
    ['"1.', 2, 'syntax'],
    ['" 1"', 2, 'syntax'],
    ['null', 2, 'syntax'],
    ['["1"]', 2, 'syntax'],
    ['', 2, 'syntax'],
    ['"１２"', 2, 'syntax'],
  ]
  it.each(rows)('%s at scale %i is %s', (text, scale, expected) => {
    const scanner = scannerOver(text)
    const value = scanner.readDecimal(scale)
    expect(scanner.ok ? value : verdict(scanner)).toBe(expected)
    if (!scanner.ok) expect(value).toBe(0)
  })

  it('agrees with decimal arithmetic, or refuses', () => {
    const digits = fc.stringMatching(/^(0|[1-9][0-9]{0,17})(\.[0-9]{1,20})?$/)
    fc.assert(
      fc.property(digits, fc.nat(12), fc.boolean(), (text, scale, quoted) => {
        const scanner = scannerOver(quoted ? `"${text}"` : text, 'x', ',')
        const value = scanner.readDecimal(scale)
        const exact = new Decimal(text).mul(new Decimal(10).pow(scale))
        const fits = exact.isInteger() && exact.lte(Number.MAX_SAFE_INTEGER)
        expect(scanner.ok).toBe(fits)
        if (fits) expect(value).toBe(exact.toNumber())
      }),
      { numRuns: 2_000 },
    )
  })

  it('gives no number for a number cut anywhere', () => {
    const text = '"61837.63000000"'
    for (let size = 0; size < text.length; size++) {
      const scanner = scannerOver(text.slice(0, size))
      expect([scanner.readDecimal(2), scanner.ok]).toEqual([0, false])
    }
  })

  it('refuses ten megabytes of digits', () => {
    const scanner = scannerOver(`"${'9'.repeat(10_000_000)}"`)
    expect([scanner.readDecimal(2), verdict(scanner)]).toEqual([0, 'range'])
  })
})

describe('readInteger', () => {
  const rows: [string, number | string][] = [
    ['0', 0],
    ['-0', 0],
    ['50093239189', 50_093_239_189],
    ['-1', -1],
    ['9007199254740991', 9_007_199_254_740_991],
    ['9007199254740992', 'range'],
    ['8389765519993908929', 'range'],
    ['1.0', 'syntax'],
    ['1e3', 'syntax'],
    ['01', 'syntax'],
    ['12x', 'syntax'],
    ['--1', 'syntax'],
    ['-', 'syntax'],
    ['"7"', 'syntax'],
    ['true', 'syntax'],
  ]
  it.each(rows)('%s is %s', (text, expected) => {
    const scanner = scannerOver(text)
    const value = scanner.readInteger()
    expect(scanner.ok ? value : verdict(scanner)).toBe(expected)
  })
})

/** Reads any JSON into plain values through the scanner's public calls. */
const readAny = (scanner: ByteScanner): unknown => {
  const first = scanner.peekValue()
  if (first === 0x7b) {
    const object: Record<string, unknown> = Object.create(null)
    scanner.enterObject()
    while (scanner.nextKey()) {
      const key = new TextDecoder().decode(scanner.bytes.subarray(scanner.keyStart, scanner.keyEnd))
      object[JSON.parse(`"${key}"`)] = readAny(scanner)
    }
    return object
  }
  if (first === 0x5b) {
    const list: unknown[] = []
    scanner.enterArray()
    while (scanner.nextElement()) list.push(readAny(scanner))
    return list
  }
  if (first === 0x22) {
    scanner.readText()
    return scanner.text()
  }
  if (first === 0x74 || first === 0x66) return scanner.readBoolean()
  return scanner.skipNull() ? null : scanner.readInteger()
}

const json = fc
  .letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      fc.maxSafeInteger().map((n) => (n === 0 ? 0 : n)),
      fc.string(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('any'), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie('any'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }))
  .any.map((value) => ({ value, text: JSON.stringify(value) }))

describe('structure', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(json, fc.constantFrom(undefined, 1, '\t'), ({ value }, indent) => {
        const text = JSON.stringify(value, null, indent)
        const scanner = scannerOver(text, '', '  ')
        const read = readAny(scanner)
        expect(verdict(scanner)).toBe('ok')
        expect(scanner.expectEnd()).toBe(true)
        expect(JSON.stringify(read)).toBe(JSON.stringify(JSON.parse(text)))
      }),
    )
  })

  it('never throws on changed bytes, and reads no other value than JSON.parse', () => {
    fc.assert(
      fc.property(json, fc.nat(), fc.nat(255), ({ text }, at, byte) => {
        const bytes = new TextEncoder().encode(text)
        bytes[at % bytes.length] = byte
        const scanner = new ByteScanner()
        scanner.reset(bytes, 0, bytes.length)
        const read = readAnyOrNothing(scanner)
        if (!scanner.ok || !scanner.expectEnd()) return
        let parsed: unknown
        try {
          parsed = JSON.parse(new TextDecoder().decode(bytes))
        } catch {
          // An escape that JSON does not know is kept as it stands: no number can come of it.
          expect(new TextDecoder().decode(bytes)).toMatch(/\\/)
          return
        }
        expect(JSON.stringify(read)).toBe(JSON.stringify(parsed))
      }),
      { numRuns: 2_000 },
    )
  })

  it('skips exactly one value of any kind', () => {
    fc.assert(
      fc.property(json, ({ text }) => {
        const scanner = scannerOver(`[${text},7]`)
        scanner.enterArray()
        scanner.nextElement()
        scanner.skipValue()
        expect(scanner.nextElement()).toBe(true)
        expect(scanner.readInteger()).toBe(7)
        expect(scanner.nextElement()).toBe(false)
        expect(scanner.expectEnd()).toBe(true)
      }),
    )
  })

  const junk: [string, string][] = [
    ['{"a":1,}', 'a comma before the end'],
    ['{,"a":1}', 'a comma first'],
    ['{"a":1 "b":2}', 'no comma'],
    ['{"a" 1}', 'no colon'],
    ['{"a":1]', 'the wrong bracket'],
    ['{"a":[1}', 'an unclosed array'],
    ['{"a":"x', 'an unclosed string'],
    ['{"a":{"b":[}]}', 'brackets that cross'],
    ['{"a":tru}', 'half a literal'],
    ['{"a":}', 'no value'],
    ['{"a":1', 'no end'],
    ['', 'nothing'],
  ]
  it.each(junk)('refuses %s (%s)', (text) => {
    const scanner = scannerOver(text)
    scanner.enterObject()
    while (scanner.nextKey()) scanner.skipValue()
    expect(scanner.ok).toBe(false)
  })

  it('refuses nesting beyond what a venue sends, without recursion', () => {
    const scanner = scannerOver('['.repeat(5_000_000))
    expect(scanner.skipValue()).toBe(false)
    expect(verdict(scanner)).toBe('range')
  })

  it('stays refused: nothing is read after the first failure', () => {
    const scanner = scannerOver('{"a":x,"b":5}')
    scanner.enterObject()
    scanner.nextKey()
    expect(scanner.readInteger()).toBe(0)
    expect(scanner.nextKey()).toBe(false)
    expect(scanner.readInteger()).toBe(0)
    expect(scanner.readText()).toBe(false)
    expect(scanner.skipValue()).toBe(false)
  })

  it('never reads beyond its end', () => {
    const scanner = scannerOver('"12', '', '34.5",')
    expect([scanner.readDecimal(2), scanner.ok]).toEqual([0, false])
  })

  it('compares keys and texts by bytes', () => {
    const scanner = scannerOver('{"stream":"x@trade"}')
    scanner.enterObject()
    scanner.nextKey()
    expect(scanner.keyIs(asciiBytes('stream'))).toBe(true)
    expect(scanner.keyIs(asciiBytes('strea'))).toBe(false)
    expect(scanner.keyByte).toBe(0)
    scanner.readText()
    expect(scanner.textIs(asciiBytes('x@trade'))).toBe(true)
  })
})

function readAnyOrNothing(scanner: ByteScanner): unknown {
  try {
    return readAny(scanner)
  } catch (thrown) {
    // Only the test's own JSON.parse of a key may throw; the scanner must not.
    if (thrown instanceof SyntaxError) {
      scanner.refuse(1)
      return undefined
    }
    throw thrown
  }
}
