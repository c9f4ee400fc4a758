// The documented layouts beside the lenient scanner: whatever one of them makes of a message, the
// other makes too. A blank in front of a message is all it takes to send it to the scanner.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { monoNs } from '#core/units.ts'
import { TYPESCRIPT_KERNELS, WASM_KERNELS } from '#kernel/kernels.ts'
import { BinanceSpotDecoder } from '#venue/binance-spot/market-decoder.ts'
import { depthLayout, tickerLayout, tradeLayout } from '#venue/binance-spot/market-layout.ts'
import { MarketRecord, twoInstruments } from './market-record.ts'

const sink = new MarketRecord()
const decoders = [TYPESCRIPT_KERNELS, WASM_KERNELS].map((kernels) => {
  const decoder = new BinanceSpotDecoder(twoInstruments(), sink, kernels)
  decoder.follow(0)
  decoder.follow(1)
  return decoder
})

const heard = (decoder: BinanceSpotDecoder, bytes: Uint8Array): unknown => {
  const decoded = decoder.decode(bytes, 0, bytes.length, monoNs(1))
  const { instrument, kind } = decoder
  return { decoded, calls: sink.take(), instrument, kind }
}

/** By each make of the kernels, and by the scanner. */
const everyWay = (bytes: Uint8Array): [matched: unknown[], scanned: unknown] => {
  const scanned = new Uint8Array(bytes.length + 1)
  scanned[0] = 0x20
  scanned.set(bytes, 1)
  return [decoders.map((decoder) => heard(decoder, bytes)), heard(decoders[0]!, scanned)]
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
const decimals = fc.oneof(
  fc.tuple(fc.nat(99_999), fc.nat(99)).map(([whole, cents]) => `${whole}.${two(cents)}000000`),
  fc.tuple(fc.nat(99_999), fc.nat(99_999)).map(([a, b]) => `${a}.${String(b).padStart(5, '0')}000`),
  fc.constantFrom('0.00000000', '1.5', '7', '00.10000000', '123456789012.00000000', '1.00000001'),
)
const two = (value: number): string => String(value).padStart(2, '0')
const ids = fc.oneof(fc.nat(10 ** 9), fc.constantFrom(0, 10 ** 15, 2 ** 53 - 1, 2 ** 53))
const symbols = fc.constantFrom('BTCUSDT', 'ETHUSDT', 'XRPUSDT')
const levels = fc.array(fc.tuple(decimals, decimals), { maxLength: 4 })
const wrap = (stream: string, symbol: string, data: object): string =>
  JSON.stringify({ stream: `${symbol.toLowerCase()}@${stream}`, data })

const tickers = fc
  .tuple(symbols, symbols, ids, decimals, decimals, decimals, decimals)
  .map(([stream, s, u, b, B, a, A]) => wrap('bookTicker', stream, { u, s, b, B, a, A }))
const trades = fc
  .tuple(symbols, ids, decimals, decimals, ids, fc.boolean(), fc.boolean())
  .map(([s, t, p, q, T, m, M]) => wrap('trade', s, { e: 'trade', E: T, s, t, p, q, T, m, M }))
const diffs = fc
  .tuple(symbols, ids, ids, levels, levels)
  .map(([s, U, u, b, a]) => wrap('depth@100ms', s, { e: 'depthUpdate', E: u, s, U, u, b, a }))
const messages = fc.oneof(tickers, trades, diffs)

describe('a message in the documented layout', () => {
  it('is heard as the scanner hears it', () => {
    fc.assert(
      fc.property(messages, (text) => {
        const [matched, scanned] = everyWay(encode(text))
        expect(matched).toEqual([scanned, scanned])
      }),
      { numRuns: 3_000 },
    )
  })

  it('is heard as the scanner hears it with any byte changed', () => {
    fc.assert(
      fc.property(messages, fc.nat(1_000), fc.nat(255), (text, place, byte) => {
        const bytes = encode(text)
        bytes[place % bytes.length] = byte
        const [matched, scanned] = everyWay(bytes)
        expect(matched).toEqual([scanned, scanned])
      }),
      { numRuns: 5_000 },
    )
  })

  it('is heard as the scanner hears it with bytes missing, doubled or exchanged', () => {
    const spoils = fc.constantFrom('cut', 'drop', 'double', 'exchange')
    fc.assert(
      fc.property(messages, spoils, fc.nat(1_000), (text, how, place) => {
        const [matched, scanned] = everyWay(encode(spoil(text, how, place % text.length)))
        expect(matched).toEqual([scanned, scanned])
      }),
      { numRuns: 5_000 },
    )
  })

  it('needs no scanner', () => {
    const facts = twoInstruments().at(0)
    const data = { u: 400_900_217, s: 'BTCUSDT', ...PRICES }
    const trade = { e: 'trade', E: 1, s: 'BTCUSDT', t: 9, p: PRICES.b, q: PRICES.A, T: 2 }
    const diff = { e: 'depthUpdate', E: 5, s: 'BTCUSDT', U: 7, u: 8 }
    const bids = [[PRICES.b, PRICES.B]]
    for (const kernels of [TYPESCRIPT_KERNELS, WASM_KERNELS]) {
      const matcher = kernels.layoutMatcher({ keyAt: 11, levelsMax: 10, layoutsMax: 4 })
      matcher.add('btcusdt@bookTicker', tickerLayout('btcusdt@bookTicker', facts))
      matcher.add('btcusdt@trade', tradeLayout('btcusdt@trade', facts))
      matcher.add('btcusdt@depth', depthLayout('btcusdt@depth', facts))
      const match = (stream: string, event: object): number => {
        const bytes = encode(wrap(stream, 'BTCUSDT', event))
        return matcher.match(bytes, 0, bytes.length)
      }
      expect(match('bookTicker', data)).toBe(0)
      expect([...matcher.values.subarray(0, 5)]).toEqual([
        400_900_217, 4_325_001, 300_001, 4_325_002, 50_000,
      ])
      expect(match('trade', { ...trade, m: true, M: true })).toBe(1)
      expect([...matcher.values.subarray(0, 7)].toSpliced(3, 2)).toEqual([
        9, 4_325_001, 50_000, 2, 1,
      ])
      expect(match('depth', { ...diff, b: bids, a: [] })).toBe(2)
      expect([matcher.count(0), matcher.count(1)]).toEqual([1, 0])
      expect([matcher.lists[0]![0], matcher.lists[1]![0]]).toEqual([4_325_001, 300_001])
    }
  })
})

const PRICES = { b: '43250.01000000', B: '3.00001000', a: '43250.02000000', A: '0.50000000' }

function spoil(text: string, how: string, at: number): string {
  if (how === 'cut') return text.slice(0, at)
  if (how === 'drop') return text.slice(0, at) + text.slice(at + 1)
  if (how === 'double') return text.slice(0, at) + text[at]! + text.slice(at)
  return text.slice(0, at) + (text[at + 1] ?? '') + text[at]! + text.slice(at + 2)
}
