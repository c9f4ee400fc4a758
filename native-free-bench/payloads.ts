// Invented market messages in the shape that Binance spot sends, as bytes.
import { Prng } from '#core/prng.ts'
import { priceUnits, qtyUnits } from '#core/units.ts'
import { InstrumentStatus, InstrumentTable, type InstrumentFacts } from '#market/instrument.ts'

const MID_TICKS = 4_325_000

export interface Payload {
  readonly bytes: Buffer
  readonly text: string
}

function payload(message: unknown): Payload {
  const text = JSON.stringify(message)
  return { text, bytes: Buffer.from(text) }
}

const price = (ticks: number): string => `${(ticks / 100).toFixed(2)}000000`
const qty = (lots: number): string => `${(lots / 100_000).toFixed(5)}000`

/** bookTicker messages with increasing update ids. */
export function tickers(count: number): Payload[] {
  const prng = new Prng(1)
  return Array.from({ length: count }, (_, i) => {
    const bid = MID_TICKS + prng.nextInteger(-500, 500)
    const data = {
      u: 9_000_000_000 + i,
      s: 'BTCUSDT',
      b: price(bid),
      B: qty(prng.nextInteger(1, 900_000)),
      a: price(bid + 1),
      A: qty(prng.nextInteger(1, 900_000)),
    }
    return payload({ stream: 'btcusdt@bookTicker', data })
  })
}

/** Depth diffs of `levels` levels in all, half on each side. */
export function depthDiffs(count: number, levels: number): Payload[] {
  const prng = new Prng(2)
  const side = (sign: number): [string, string][] =>
    Array.from({ length: levels / 2 }, (_, i) => [
      price(MID_TICKS + sign * (1 + i * prng.nextInteger(1, 9))),
      qty(prng.nextInteger(0, 9) === 0 ? 0 : prng.nextInteger(1, 900_000)),
    ])
  return Array.from({ length: count }, (_, i) => {
    const data = {
      e: 'depthUpdate',
      E: 1_700_000_000_000 + i * 100,
      s: 'BTCUSDT',
      U: 9_000_000_000 + i * 50,
      u: 9_000_000_049 + i * 50,
      b: side(-1),
      a: side(1),
    }
    return payload({ stream: 'btcusdt@depth@100ms', data })
  })
}

/** The one instrument of these messages, at index 0. */
export function benchInstruments(): InstrumentTable {
  const instruments = new InstrumentTable()
  instruments.put(spotFacts('BTC'))
  return instruments
}

/** A listing against USDT as a large spot pair has it. */
export function spotFacts(baseAsset: string): InstrumentFacts {
  return {
    market: 'binance_spot',
    symbol: `${baseAsset}/USDT`,
    venueSymbol: `${baseAsset}USDT`,
    baseAsset,
    quoteAsset: 'USDT',
    priceScale: 2,
    qtyScale: 5,
    tickUnits: priceUnits(1),
    lotUnits: qtyUnits(1),
    minQtyUnits: qtyUnits(1),
    maxQtyUnits: qtyUnits(900_000_000),
    minNotional: '5',
    status: InstrumentStatus.Trading,
  }
}
