// The embedded Binance spot venue as the benches over sockets trade on it: its matching engine, its
// signatures and its bytes, without limits, a symbol and an account for each side.
import { generateKeyPairSync } from 'node:crypto'
import type { Credentials } from '#venue/venue.ts'
import { BinanceSpotFront } from '#sim/binance-spot/binance-spot-front.ts'
import { NO_LIMITS } from '#sim/binance-spot/rate-limits.ts'
import { Exchange } from '#sim/exchange.ts'
import { FEES_BPS_DEFAULT } from '#sim/fees.ts'
import type { MarketSource } from '#sim/market-source.ts'
import { spotInstrument } from '#sim/spot-instrument.ts'
import type { LoadSide } from './load-messages.ts'

const BASE_ASSETS: Readonly<Record<LoadSide, string>> = { floe: 'BTC', peer: 'ETH', c: 'SOL' }
const SIDES = ['floe', 'peer', 'c'] as const

export interface BenchVenue {
  readonly front: BinanceSpotFront
  readonly credentials: Readonly<Record<LoadSide, Credentials>>
}

/** Wall clock in µs, as fine as the monotonic clock. */
export const nowUs = (): number => (performance.timeOrigin + performance.now()) * 1_000

export function createBenchVenue(markets: Readonly<Record<LoadSide, MarketSource>>): BenchVenue {
  const credentials: Record<LoadSide, Credentials> = {
    floe: sessionKey('BenchFloe'),
    peer: { kind: 'hmac', key: 'BenchPeer'.padEnd(64, '0'), secret: 'BenchPeerSecret' },
    c: sessionKey('BenchC'),
  }
  const exchange = new Exchange({
    markets: SIDES.map((side) => ({
      instrument: spotInstrument(BASE_ASSETS[side], 'USDT', 2, 5),
      source: markets[side],
    })),
    balances: { floe: { BTC: '1000000' }, peer: { ETH: '1000000' }, c: { SOL: '1000000' } },
    startUs: nowUs(),
  })
  const front = new BinanceSpotFront({
    exchange,
    credentials: SIDES.map((side) => ({ account: side, ...credentials[side] })),
    feesBps: FEES_BPS_DEFAULT,
    limits: NO_LIMITS,
  })
  return { front, credentials }
}

/** A key that logs its session on, so that no order carries a signature. */
function sessionKey(name: string): Credentials {
  const { privateKey } = generateKeyPairSync('ed25519')
  const secret = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  return { kind: 'ed25519', key: name.padEnd(64, '0'), secret }
}
