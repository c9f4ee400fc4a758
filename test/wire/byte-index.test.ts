import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ByteIndex } from '#wire/byte-index.ts'

const find = (index: ByteIndex, name: string): number => {
  const bytes = new TextEncoder().encode(`..${name}..`)
  return index.find(bytes, 2, bytes.length - 2)
}

it('finds exactly the names it was given', () => {
  const names = fc.uniqueArray(fc.oneof(fc.stringMatching(/^[a-z]{0,9}$/), fc.string()), {
    maxLength: 200,
    selector: (name) => Buffer.from(name).toString('hex'),
  })
  fc.assert(
    fc.property(names, fc.nat(), (all, cut) => {
      const kept = all.slice(0, cut % (all.length + 1))
      const index = new ByteIndex()
      for (const [value, name] of kept.entries()) index.add(name, value)
      for (const [value, name] of all.entries()) {
        expect(find(index, name)).toBe(value < kept.length ? value : -1)
      }
    }),
  )
})

it('tells names apart that share their ends', () => {
  const index = new ByteIndex()
  index.add('abcdXefghYz', 1)
  index.add('abcdQefghYz', 2)
  expect(['abcdXefghYz', 'abcdQefghYz', 'abcdWefghYz'].map((n) => find(index, n))).toEqual([
    1, 2, -1,
  ])
})

it('takes the new value of a name added again', () => {
  const index = new ByteIndex()
  index.add('BTCUSDT', 1)
  index.add('BTCUSDT', 4)
  expect(find(index, 'BTCUSDT')).toBe(4)
})
