import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { textFromUnits } from '#core/decimal.ts'
import { writeDecimal, writeInteger } from '#wire/digit-writer.ts'

const decimal = (units: number, scale: number): string => {
  const out = new Uint8Array(64).fill(0x7e)
  const end = writeDecimal(units, scale, out, 3)
  expect([out[2], out[end]]).toEqual([0x7e, 0x7e])
  return String.fromCharCode(...out.subarray(3, end))
}

describe('writeDecimal', () => {
  const rows: [number, number, string][] = [
    [0, 0, '0'],
    [0, 2, '0.00'],
    [7, 2, '0.07'],
    [100, 2, '1.00'],
    [6_183_763, 2, '61837.63'],
    [12, 8, '0.00000012'],
    [9_007_199_254_740_991, 0, '9007199254740991'],
    [9_007_199_254_740_991, 8, '90071992.54740991'],
    [9_007_199_254_740_991, 18, '0.009007199254740991'],
  ]
  it.each(rows)('%i at scale %i is %s', (units, scale, text) => {
    expect(decimal(units, scale)).toBe(text)
  })

  it('writes the same number as decimal arithmetic, without exponent', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.nat(12), (any, scale) => {
        const units = Math.abs(any)
        const text = decimal(units, scale)
        expect(text).toMatch(/^\d+(\.\d+)?$/)
        expect(text.split('.')[1]?.length ?? 0).toBe(scale)
        const stripped = scale === 0 ? text : text.replace(/\.?0+$/, '')
        expect(stripped === '' ? '0' : stripped).toBe(textFromUnits(units, scale))
      }),
    )
  })

  it('refuses a negative number', () => {
    expect(() => decimal(-1, 2)).toThrow('never sent')
  })
})

describe('writeInteger', () => {
  it('fills its place with zeros in front', () => {
    const out = new Uint8Array(6).fill(0x7e)
    writeInteger(42, 4, out, 1)
    expect(String.fromCharCode(...out)).toBe('~0042~')
  })

  it('refuses what does not fit', () => {
    expect(() => writeInteger(10_000, 4, new Uint8Array(8), 0)).toThrow('wider')
  })
})
