// The venue of tick-to-order, in a process of its own: the embedded Binance spot venue with its
// matching engine, signatures and bytes, on a market that ticks on command. While it ticks it
// spins, so that ticks leave on time and no order that is measured has to wake its receiver.
import { generateKeyPairSync } from 'node:crypto'
import type { Credentials } from '#venue/venue.ts'
import { BinanceSpotFront } from '#sim/binance-spot/binance-spot-front.ts'
import { NO_LIMITS } from '#sim/binance-spot/rate-limits.ts'
import { Exchange } from '#sim/exchange.ts'
import { FEES_BPS_DEFAULT } from '#sim/fees.ts'
import { FrontHost } from '#sim/host-sockets.ts'
import { PacedMarket } from '#sim/paced-market.ts'
import { spotInstrument } from '#sim/spot-instrument.ts'
import { type LoadCommand, type LoadReady, type LoadSide } from './load-messages.ts'

const BID_TICKS = 4_325_000
const BASE_ASSETS: Readonly<Record<LoadSide, string>> = { floe: 'BTC', peer: 'ETH' }

/** Wall clock in µs, as fine as the monotonic clock. */
const nowUs = (): number => (performance.timeOrigin + performance.now()) * 1_000

const markets: Record<LoadSide, PacedMarket> = {
  floe: new PacedMarket(nowUs(), BID_TICKS),
  peer: new PacedMarket(nowUs(), BID_TICKS),
}
const { privateKey } = generateKeyPairSync('ed25519')
const credentials: Record<LoadSide, Credentials> = {
  floe: {
    kind: 'ed25519',
    key: 'BenchFloe'.padEnd(64, '0'),
    secret: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  },
  peer: { kind: 'hmac', key: 'BenchPeer'.padEnd(64, '0'), secret: 'BenchPeerSecret' },
}
const sides = ['floe', 'peer'] as const

const exchange = new Exchange({
  markets: sides.map((side) => ({
    instrument: spotInstrument(BASE_ASSETS[side], 'USDT', 2, 5),
    source: markets[side],
  })),
  balances: { floe: { BTC: '1000000' }, peer: { ETH: '1000000' } },
  startUs: nowUs(),
})
const front = new BinanceSpotFront({
  exchange,
  credentials: sides.map((side) => ({ account: side, ...credentials[side] })),
  feesBps: FEES_BPS_DEFAULT,
  limits: NO_LIMITS,
})
const host = new FrontHost(front, 0, nowUs)

/** Open loop: ticks are due by the clock, however busy the receiver is. */
function run({ side, ticks, ticksPerSecond }: LoadCommand): void {
  const market = markets[side]
  market.run(ticks, ticksPerSecond, nowUs())
  const spin = (): void => {
    front.advance(nowUs())
    if (market.ticksLeft > 0) setImmediate(spin)
    else process.send?.({ done: side })
  }
  spin()
}

process.on('message', (command: LoadCommand) => run(command))
process.on('disconnect', () => process.exit(0))
const ready: LoadReady = { port: host.port, credentials }
process.send?.(ready)
