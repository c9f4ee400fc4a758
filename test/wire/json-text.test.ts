import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { idOf, integerOf, listOf, parseJson, recordOf, textOf } from '#wire/json-text.ts'

describe('parseJson', () => {
  it('keeps every digit of a long id', () => {
    expect(parseJson('{"orderId":8389765519993908929,"n":-1234567890123456}')).toEqual({
      orderId: '8389765519993908929',
      n: '-1234567890123456',
    })
  })

  it('leaves numbers inside texts, decimals and exponents alone', () => {
    const text =
      '{"a":"id 8389765519993908929","b":0.1234567890123456,"c":"\\"1234567890123456789","d":1e20}'
    expect(parseJson(text)).toEqual({
      a: 'id 8389765519993908929',
      b: 0.1234567890123456,
      c: '"1234567890123456789',
      d: 1e20,
    })
  })

  it('reads everything else as JSON.parse does', () => {
    const short = fc.json({ maxDepth: 3 }).filter((text) => !/\d{16}/.test(text))
    fc.assert(
      fc.property(short, (text) => {
        expect(parseJson(text)).toEqual(JSON.parse(text))
      }),
    )
  })

  it('refuses what is not JSON', () => {
    expect(() => parseJson('<html>')).toThrow('not JSON')
  })
})

describe('fields', () => {
  it('refuse what is missing or of another type, by name', () => {
    expect(() => recordOf([], 'an order')).toThrow('an order is not an object')
    expect(() => recordOf(null, 'an order')).toThrow('an order is not an object')
    expect(() => listOf({}, 'fills')).toThrow('fills is not a list')
    expect(() => textOf({ price: 1 }, 'price')).toThrow('"price" is not text')
    expect(() => integerOf({ time: '1' }, 'time')).toThrow('"time" is not an integer')
    expect(() => idOf({ id: 1.5 }, 'id')).toThrow('"id" is not an integer')
  })

  it('read an id in either form', () => {
    expect([idOf({ id: 7 }, 'id'), idOf({ id: '7' }, 'id'), idOf({}, 'id')]).toEqual(['7', '7', ''])
  })
})
