import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ByteScanner } from '#wire/byte-scan.ts'
import { TextMemo } from '#wire/text-memo.ts'

it('gives what the scanner gives, whatever came before', () => {
  const piece = fc.constantFrom(
    ...Array.from('0123459'),
    'BTC',
    '\\n',
    '\\\\',
    '\\u00c3',
    'Ã',
    'ü',
    '\u0000',
  )
  const text = fc.array(piece, { maxLength: 3 }).map((pieces) => pieces.join(''))
  fc.assert(
    fc.property(fc.array(text, { maxLength: 60 }), fc.boolean(), (texts, isCut) => {
      const memo = new TextMemo()
      const scanner = new ByteScanner()
      for (const one of texts) {
        const bytes = new TextEncoder().encode(one)
        scanner.reset(bytes, 0, bytes.length)
        scanner.textStart = 0
        // Cut within a character, it is no UTF-8 any more.
        scanner.textEnd = isCut ? Math.max(0, bytes.length - 1) : bytes.length
        expect(memo.text(scanner)).toBe(scanner.text())
      }
    }),
    { numRuns: 3_000 },
  )
})

it('makes a text once', () => {
  const memo = new TextMemo()
  const scanner = new ByteScanner()
  const bytes = new TextEncoder().encode('28 28')
  scanner.reset(bytes, 0, bytes.length)
  scanner.textEnd = 2
  const first = memo.text(scanner)
  scanner.text = () => expect.fail('made again')
  scanner.textStart = 3
  scanner.textEnd = 5
  expect(memo.text(scanner)).toBe(first)
})
