// The venue of wire to wire, in a process of its own: the embedded Binance spot venue, with stamps
// where bytes leave it and where they arrive. It spins from the first tick of a run until the last
// one had time to be answered, so that it never has to be woken.
import { FrontHost } from '#sim/host-sockets.ts'
import { createBenchVenue, nowUs } from './bench-venue.ts'
import { SYMBOLS, type LoadCommand, type LoadReady, type LoadSide } from './load-messages.ts'
import { RecordingFront } from './recording-front.ts'
import { matchTicks } from './tick-matching.ts'
import { WalkingMarket } from './walking-market.ts'
import { OFFSET_TICKS, type WireDone } from './wire-messages.ts'

const BID_TICKS = 4_325_000
const SETTLE_US = 20_000

const markets: Record<LoadSide, WalkingMarket> = {
  floe: new WalkingMarket(nowUs(), BID_TICKS),
  peer: new WalkingMarket(nowUs(), BID_TICKS),
  c: new WalkingMarket(nowUs(), BID_TICKS),
}
const { front, credentials } = createBenchVenue(markets)
let running: LoadSide = 'floe'
let tickerStart = ''
const recording = new RecordingFront(front, (text) => {
  if (text.startsWith(tickerStart)) markets[running].sent(nowUs())
})
const host = new FrontHost(recording, 0, nowUs)

/** Open loop: ticks are due by the clock, however busy the receiver is. */
function run({ side, ticks, ticksPerSecond }: LoadCommand): void {
  const market = markets[side]
  running = side
  tickerStart = `{"stream":"${SYMBOLS[side].toLowerCase()}@bookTicker"`
  recording.requests.length = 0
  market.run(ticks, ticksPerSecond, nowUs())
  let endUs = Infinity
  const spin = (): void => {
    const spinUs = nowUs()
    recording.advance(spinUs)
    if (market.ticksLeft === 0 && endUs === Infinity) endUs = spinUs + SETTLE_US
    if (spinUs < endUs) setImmediate(spin)
    else report(side, endUs)
  }
  spin()
}

function report(side: LoadSide, endUs: number): void {
  const { requests } = recording
  const { ticks } = markets[side]
  const symbol = SYMBOLS[side]
  const reactions = matchTicks({ ticks, requests, symbol, offsetTicks: OFFSET_TICKS, endUs })
  const done: WireDone = { done: side, reactions }
  process.send?.(done)
}

process.on('message', (command: LoadCommand) => run(command))
process.on('disconnect', () => process.exit(0))
const ready: LoadReady = { port: host.port, credentials }
process.send?.(ready)
