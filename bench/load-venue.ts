// The venue of tick-to-order, in a process of its own: the embedded Binance spot venue with its
// matching engine, signatures and bytes, on a market that ticks on command. While it ticks it
// spins, so that ticks leave on time and no order that is measured has to wake its receiver.
import { FrontHost } from '#sim/host-sockets.ts'
import { PacedMarket } from '#sim/paced-market.ts'
import { createBenchVenue, nowUs } from './bench-venue.ts'
import type { LoadCommand, LoadReady, LoadSide } from './load-messages.ts'

const BID_TICKS = 4_325_000

const markets: Record<LoadSide, PacedMarket> = {
  floe: new PacedMarket(nowUs(), BID_TICKS),
  peer: new PacedMarket(nowUs(), BID_TICKS),
  c: new PacedMarket(nowUs(), BID_TICKS),
}
const { front, credentials } = createBenchVenue(markets)
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
// Ctrl-C is for the bench, which then lets go of this process.
process.on('SIGINT', () => {})
const ready: LoadReady = { port: host.port, credentials }
process.send?.(ready)
