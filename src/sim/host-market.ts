// Which instruments the venue lists and what drives each: the synthetic market of a seed, or one
// recording read from a file.
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { EngineError, errorText } from '#core/engine-error.ts'
import { CaptureMarket, captureInstrument } from './capture-market.ts'
import { readCapture } from './capture-reader.ts'
import type { ExchangeOptions } from './exchange.ts'
import type { SimInstrument } from './exchange-types.ts'
import { spotInstrument } from './spot-instrument.ts'
import { SyntheticMarket } from './synthetic-market.ts'
import type { SimMarketSpec } from './venue-spec.ts'

type Markets = ExchangeOptions['markets']

/** Quote assets by which an unspaced symbol is split, longest first. */
const QUOTE_ASSETS = ['FDUSD', 'USDT', 'USDC', 'TUSD', 'BTC', 'ETH', 'BNB', 'EUR'] as const
const GZIP_MAGIC = [0x1f, 0x8b] as const

interface SyntheticListing {
  readonly instrument: SimInstrument
  readonly fairPrice: string
  readonly sizeFactor: number
}

const SYNTHETIC_LISTINGS: readonly SyntheticListing[] = [
  {
    instrument: spotInstrument('BTC', 'USDT', 2, 5),
    fairPrice: '60000.00',
    sizeFactor: 1,
  },
  {
    instrument: spotInstrument('ETH', 'USDT', 2, 4),
    fairPrice: '3000.00',
    sizeFactor: 20,
  },
]

/** @throws EngineError `bad_capture`, `capture_unreadable`. */
export function createMarkets(market: SimMarketSpec, seed: number, startUs: number): Markets {
  if (market.source === 'capture') return [captureListing(market, startUs)]
  return SYNTHETIC_LISTINGS.map(({ instrument, fairPrice, sizeFactor }, index) => ({
    instrument,
    source: new SyntheticMarket(instrument, {
      seed: (seed + index) >>> 0,
      startUs,
      fairPrice,
      sizeFactor,
    }),
  }))
}

function captureListing(
  market: Extract<SimMarketSpec, { source: 'capture' }>,
  startUs: number,
): Markets[number] {
  const capture = readCapture(captureText(market.file).split('\n'))
  const [baseAsset, quoteAsset] = assetsOf(capture.venueSymbol, market.symbol)
  const instrument = captureInstrument(capture, { baseAsset, quoteAsset })
  const source = new CaptureMarket(instrument, capture, { startUs, speed: market.speed })
  return { instrument, source }
}

function captureText(file: string): string {
  try {
    const bytes = readFileSync(file)
    const isZipped = bytes[0] === GZIP_MAGIC[0] && bytes[1] === GZIP_MAGIC[1]
    return (isZipped ? gunzipSync(bytes) : bytes).toString('utf8')
  } catch (error) {
    throw new EngineError(
      'capture_unreadable',
      `the capture ${file} cannot be read: ${errorText(error)}`,
      'error',
      error,
    )
  }
}

/** BTCUSDT → BTC, USDT; a BASE/QUOTE that spells the same symbol decides. */
function assetsOf(venueSymbol: string, hint: string): readonly [string, string] {
  const [base, quote] = hint.split('/')
  const isHintFitting = venueSymbol === '' || venueSymbol === `${base ?? ''}${quote ?? ''}`
  if (base !== undefined && quote !== undefined && isHintFitting) return [base, quote]
  for (const asset of QUOTE_ASSETS) {
    if (venueSymbol.endsWith(asset) && venueSymbol.length > asset.length) {
      return [venueSymbol.slice(0, -asset.length), asset]
    }
  }
  throw new EngineError(
    'bad_capture',
    `the capture's symbol "${venueSymbol}" cannot be split into base and quote; ` +
      'give a task whose symbol is that market as BASE/QUOTE',
  )
}
