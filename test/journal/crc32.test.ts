import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { crc32OfWords } from '#journal/crc32.ts'

test('agrees with zlib on any pairs of words, any seed', () => {
  const anyBytes = fc.uint8Array({ minLength: 1, maxLength: 512 })
  fc.assert(
    fc.property(anyBytes, fc.nat(65_536), fc.nat(8), (some, seed, skippedPairs) => {
      const bytes = new Uint8Array(8 * skippedPairs + ((some.length + 7) & ~7))
      bytes.set(some, 8 * skippedPairs)
      const words = new Uint32Array(bytes.buffer)
      const expected = crc32(bytes.subarray(8 * skippedPairs), seed)
      expect(crc32OfWords(words, 2 * skippedPairs, words.length, seed)).toBe(expected)
    }),
    { numRuns: 500 },
  )
})

test('the known value of the ASCII digits', () => {
  // 123456789 has nine bytes: the ninth is zlib's, continued from ours.
  const words = new Uint32Array(new TextEncoder().encode('12345678').buffer)
  const ofEight = crc32OfWords(words, 0, 2, 0)
  expect(crc32('9', ofEight)).toBe(0xcbf4_3926)
})
