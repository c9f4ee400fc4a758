import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { monoNs } from '#core/units.ts'
import { TYPESCRIPT_KERNELS } from '#kernel/kernels.ts'
import { Decoded } from '#venue/binance-spot/decoded.ts'
import { BinanceSpotDecoder } from '#venue/binance-spot/market-decoder.ts'
import { MarketRecord, twoInstruments } from './market-record.ts'

const NAMES = Object.fromEntries(Object.entries(Decoded).map(([name, code]) => [code, name]))
const fixture = new URL('../../fixtures/binance-spot/market.jsonl', import.meta.url)
const messages = readFileSync(fixture, 'utf8').trim().split('\n')

const setUp = () => {
  const sink = new MarketRecord()
  const decoder = new BinanceSpotDecoder(twoInstruments(), sink, TYPESCRIPT_KERNELS)
  decoder.follow(0)
  decoder.follow(1)
  const decode = (text: string): string[] => {
    const bytes = new TextEncoder().encode(`xx${text}yy`)
    const decoded = decoder.decode(bytes, 2, bytes.length - 2, monoNs(1))
    return [NAMES[decoded]!, ...sink.take()]
  }
  return { sink, decoder, decode }
}

const decodeSnapshot = (text: string): string[] => {
  const { decoder, sink } = setUp()
  const bytes = new TextEncoder().encode(text)
  const decoded = decoder.decodeSnapshot(0, bytes, 0, bytes.length, monoNs(1))
  return [NAMES[decoded]!, ...sink.take()]
}

describe('decode', () => {
  it('turns each message into one call', () => {
    const { decode } = setUp()
    expect(messages.map((text) => decode(text).join(': '))).toEqual([
      'Ticker: ticker 0 1007 50000@6000010 | 125000@6000020',
      'DepthDiff: diff 0 1008..1010 [0@6000010 200000@5999990 | 100000@6000020] @1700000000100000',
      'DepthDiff: diff 0 1011..1011 [ | ] @1700000000200000',
      'Trade: trade 0 77 buy 100@6000020 @1700000000300000',
      'Trade: trade 0 78 sell 200@6000010 @1700000000400000',
      'Ticker: ticker 1 5 10000@300001 | 20000@300002',
      'Ignored',
      'Ignored',
      'ServerShutdown',
      'ServerShutdown',
      'ControlReply',
      'ControlReply',
      'Snapshot',
      'Ticker: ticker 0 1012 50000@6000010 | 125000@6000030',
      'Trade: trade 0 79 buy 300@6000020 @1700000000700000',
      'Ticker: ticker 0 1013 50000@6000010 | 125000@6000020',
      'DepthDiff: diff 0 1014..1015 [ | 100000@6000020] @0',
      'Trade: trade 0 80 buy 100@6000020 @1700000000300123',
    ])
  })

  const ticker = messages[0]!
  const diff = messages[1]!
  const trade = messages[3]!
  const absurd: [what: string, text: string, expected: string][] = [
    ['a price that is not a number', ticker.replace('60000.10000000', 'NaN'), 'RefusedMessage'],
    ['a price in words', ticker.replace('60000.10000000', 'abc'), 'RefusedMessage'],
    ['an exponent', ticker.replace('"60000.10000000"', '6e4'), 'RefusedMessage'],
    ['a negative price', ticker.replace('60000.1', '-60000.1'), 'RefusedMessage'],
    ['a price finer than its scale', ticker.replace('0.10000000', '0.10100000'), 'RefusedScale'],
    ['a quantity finer than its scale', diff.replace('2.00000000', '2.00000001'), 'RefusedScale'],
    ['a price beyond 2^53', ticker.replace('60000', '9'.repeat(30)), 'RefusedMessage'],
    ['a missing field', ticker.replace('"u":1007,', ''), 'RefusedMessage'],
    ['an id as text', ticker.replace('1007', '"1007"'), 'RefusedMessage'],
    ['null for a price', ticker.replace('"60000.10000000"', 'null'), 'RefusedMessage'],
    ['another symbol than its stream', ticker.replace('"BTCUSDT"', '"ETHUSDT"'), 'RefusedMessage'],
    ['another event than its stream', diff.replace('depthUpdate', 'trade'), 'RefusedMessage'],
    ['ids that run backwards', diff.replace('"u":1010', '"u":1000'), 'RefusedMessage'],
    ['levels that are no list', diff.replace(/"b":\[.*?\]\]/, '"b":{}'), 'RefusedMessage'],
    ['a level without quantity', diff.replace(',"0.00000000"', ''), 'RefusedMessage'],
    ['a level at price zero', diff.replace('59999.90000000', '0.00'), 'RefusedMessage'],
    ['a trade of nothing', trade.replace('0.00100000', '0.00000000'), 'RefusedMessage'],
    ['a side that is no boolean', trade.replace('false', '"false"'), 'RefusedMessage'],
    [
      'more levels than fit',
      diff.replace('[[', `[${'["1","1"],'.repeat(5_001)}[`),
      'RefusedMessage',
    ],
    ['junk after the message', `${ticker}x`, 'RefusedMessage'],
    ['nothing', '', 'RefusedMessage'],
    ['a list', '[1,2]', 'RefusedMessage'],
    ['a word', 'hello', 'RefusedMessage'],
    ['ten megabytes of brackets', `{"x":${'['.repeat(10_000_000)}`, 'RefusedMessage'],
    ['ten megabytes of text', `{"x":"${'a'.repeat(10_000_000)}`, 'RefusedMessage'],
    ['an empty object', '{}', 'Ignored'],
    ['data without a stream', '{"data":{"u":1}}', 'Ignored'],
  ]
  it.each(absurd)('refuses %s, whole', (_, text, expected) => {
    const { decode } = setUp()
    expect(decode(text)).toEqual([expected])
    expect(decode(ticker)).toHaveLength(2)
  })

  it('says which instrument a refused diff belonged to', () => {
    const { decode, decoder } = setUp()
    decode(diff.replace('1008', 'x'))
    expect([decoder.instrument, decoder.kind]).toEqual([0, Decoded.DepthDiff])
  })

  it('tells nothing of a message cut short', () => {
    const { decode } = setUp()
    for (const text of messages) {
      const isTold = decode(text).length > 1
      for (let size = 0; size < text.length; size++) {
        const [decoded, ...told] = decode(text.slice(0, size))
        expect(told).toEqual([])
        if (isTold) expect(decoded).toBe('RefusedMessage')
      }
    }
  })

  it('decodes any order of keys alike', () => {
    const { decode } = setUp()
    const shuffled = fc.constantFrom(...messages).chain((text) => {
      const wrapper: { stream?: string; data?: object } = JSON.parse(text)
      const event = Object.entries(wrapper.data ?? wrapper)
      return fc.shuffledSubarray(event, { minLength: event.length }).map((entries) => {
        const data = Object.fromEntries(entries)
        const other = wrapper.data ? { data, stream: wrapper.stream } : data
        return [text, JSON.stringify(other)] as const
      })
    })
    fc.assert(
      fc.property(shuffled, ([text, other]) => {
        expect(decode(other)).toEqual(decode(text))
      }),
    )
  })

  it('never tells another number than the message holds, whatever bytes are changed', () => {
    const { decode } = setUp()
    const change = fc.tuple(fc.nat(), fc.nat(127))
    fc.assert(
      fc.property(
        fc.constantFrom(...messages),
        fc.array(change, { minLength: 1, maxLength: 3 }),
        (text, changes) => {
          const bytes = new TextEncoder().encode(text)
          for (const [at, byte] of changes) bytes[at % bytes.length] = byte
          const changed = new TextDecoder().decode(bytes)
          const [, told] = decode(changed)
          if (told === undefined) return
          const numbers = new Set(changed.match(/\d+(\.\d+)?/g)!.map(Number))
          for (const n of told.split(' @')[0]!.match(/\d+/g)!.map(Number)) {
            const isThere = [1, 100, 10_000, 100_000].some((unit) => numbers.has(n / unit))
            expect(isThere || n <= 1).toBe(true)
          }
        },
      ),
      { numRuns: 3_000 },
    )
  })
})

describe('decodeSnapshot', () => {
  it('reads a REST depth body', () => {
    expect(decodeSnapshot(messages[12]!)).toEqual([
      'Snapshot',
      'snapshot 0 1010 [200000@5999990 | 100000@6000020]',
    ])
  })

  it.each([
    ['an error body', '{"code":-1121,"msg":"Invalid symbol."}', 'RefusedMessage'],
    ['no asks', '{"lastUpdateId":1,"bids":[]}', 'RefusedMessage'],
    ['a finer price', '{"lastUpdateId":1,"bids":[["1.001","1"]],"asks":[]}', 'RefusedScale'],
    ['html', '<html></html>', 'RefusedMessage'],
  ])('refuses %s', (_, text, expected) => {
    expect(decodeSnapshot(text)).toEqual([expected])
  })
})
