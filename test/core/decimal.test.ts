import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  averageText,
  D,
  isPlainDecimal,
  scaleOfText,
  textFromUnits,
  unitsFromText,
} from '#core/decimal.ts'

describe('decimal text to units', () => {
  it.each([
    ['43250.01', 2, 4_325_001],
    ['43250.01000000', 2, 4_325_001],
    ['-0.5', 1, -5],
    ['0', 8, 0],
    ['007', 0, 7],
    ['90071992.54740991', 8, Number.MAX_SAFE_INTEGER],
  ])('%s at scale %i', (text, scale, units) => {
    expect(unitsFromText(text, scale, 'price')).toBe(units)
  })

  it.each([
    ['0.001', 2, 'price: 0.001 has more than 2 decimals'],
    ['90071992.54740992', 8, 'too large for scale 8'],
    ['1e5', 2, '"1e5" is not a plain decimal'],
    ['', 2, 'not a plain decimal'],
    [' 1', 2, 'not a plain decimal'],
    ['.5', 2, 'not a plain decimal'],
    ['5.', 2, 'not a plain decimal'],
    ['1,000', 2, 'not a plain decimal'],
    ['NaN', 2, 'not a plain decimal'],
    ['1\n', 2, 'not a plain decimal'],
  ])('refuses %j at scale %i', (text, scale, message) => {
    expect(() => unitsFromText(text, scale, 'price')).toThrow(message)
  })

  it('comes back the same for every integer that fits', () => {
    const units = fc.maxSafeInteger()
    fc.assert(
      fc.property(units, fc.integer({ min: 0, max: 12 }), (n, scale) => {
        const text = textFromUnits(n, scale)
        expect(isPlainDecimal(text)).toBe(true)
        expect(unitsFromText(text, scale, 'n')).toBe(n === 0 ? 0 : n)
      }),
    )
  })
})

describe('texts of numbers', () => {
  it.each([
    [4_325_000, 2, '43250'],
    [1, 8, '0.00000001'],
    [-15, 1, '-1.5'],
    [123_456_789_012_345_678_901n, 3, '123456789012345678.901'],
  ])('%s at scale %i is %s', (units, scale, text) => {
    expect(textFromUnits(units, scale)).toBe(text)
  })

  it.each([
    ['0.01000000', 2],
    ['100', 0],
    ['1.50', 1],
    ['0.000', 0],
  ])('%s needs %i decimals', (text, scale) => {
    expect(scaleOfText(text)).toBe(scale)
  })

  it('refuses the scale of what is no number', () => {
    expect(() => scaleOfText('1e-8')).toThrow('not a plain decimal')
  })

  it.each([
    [new D(12_983_993).div(300), '43279.9766667'],
    [new D('2938.964'), '2938.964'],
    [new D('0.1234567890125'), '0.123456789012'],
    [new D('0.1234567890135'), '0.123456789014'],
  ])('an average of %s prints to 12 digits, half to even', (value, text) => {
    expect(averageText(value)).toBe(text)
  })
})
