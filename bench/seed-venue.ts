// The venue of the seeds' figures, in a process of its own: the embedded Binance spot venue, which
// notes when it was about to hand each ticker and the first news of each order to the kernel.
import { FrontHost } from '#sim/host-sockets.ts'
import { PacedMarket } from '#sim/paced-market.ts'
import { createBenchVenue, nowUs } from './bench-venue.ts'
import type { LoadCommand, LoadReady, LoadSide } from './load-messages.ts'
import { RecordingFront } from './recording-front.ts'
import { sharedNowUs, type SeedDone } from './seed-messages.ts'

const BID_TICKS = 4_325_000
const TICKER_ID = /@bookTicker","data":\{"u":(\d+)/
const ORDER_ID = /"(?:c|clientOrderId)":"([^"]+)"/
/** A cancel has an id of its own, which is no order's. */
const OF_CANCEL = /"origClientOrderId"|"x":"CANCELED"/

const markets: Record<LoadSide, PacedMarket> = {
  floe: new PacedMarket(nowUs(), BID_TICKS),
  peer: new PacedMarket(nowUs(), BID_TICKS),
  c: new PacedMarket(nowUs(), BID_TICKS),
}
let tickersUs = new Map<number, number>()
let ordersUs = new Map<string, number>()
const { front, credentials } = createBenchVenue(markets)
const recording = new RecordingFront(front, () => {}, note)
const host = new FrontHost(recording, 0, nowUs)

function note(text: string): void {
  const atUs = sharedNowUs()
  const ticker = TICKER_ID.exec(text)?.[1]
  if (ticker !== undefined) tickersUs.set(Number(ticker), atUs)
  if (text.startsWith('{"stream"') || OF_CANCEL.test(text)) return
  const order = ORDER_ID.exec(text)?.[1]
  if (order !== undefined && !ordersUs.has(order)) ordersUs.set(order, atUs)
}

function run({ side, ticks, ticksPerSecond }: LoadCommand): void {
  const market = markets[side]
  recording.requests.length = 0
  tickersUs = new Map()
  ordersUs = new Map()
  market.run(ticks, ticksPerSecond, nowUs())
  const spin = (): void => {
    recording.advance(nowUs())
    if (market.ticksLeft > 0) setImmediate(spin)
    else tell()
  }
  spin()
}

function tell(): void {
  const done: SeedDone = { tickersUs: [...tickersUs], ordersUs: [...ordersUs] }
  process.send?.(done)
}

process.on('message', (command: LoadCommand) => run(command))
process.on('disconnect', () => process.exit(0))
const ready: LoadReady = { port: host.port, credentials }
process.send?.(ready)
