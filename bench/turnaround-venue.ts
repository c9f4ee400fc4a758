// The venue of the turnaround bench, in a process of its own: it stamps each tick when its bytes
// were handed to the kernel, and again when the order that it caused has come back.
import type { Front } from '#sim/front.ts'
import { FrontHost } from '#sim/host-sockets.ts'
import { PacedMarket } from '#sim/paced-market.ts'
import { createBenchVenue, nowUs } from './bench-venue.ts'
import type { LoadCommand, LoadReady } from './load-messages.ts'
import type { TurnaroundDone } from './turnaround-run.ts'

const BID_TICKS = 4_325_000
const PLACE = '"order.place"'
/** A tick makes the working order stale: what comes back is its cancel. */
const REACTION = '"order.cancel"'
const NONE = -1

const market = new PacedMarket(nowUs(), BID_TICKS)
const idle = { peer: new PacedMarket(nowUs(), BID_TICKS), c: new PacedMarket(nowUs(), BID_TICKS) }
const { front, credentials } = createBenchVenue({ floe: market, ...idle })

/** Of the first tick since an order works; later ones change nothing about what is owed. */
let tickSentUs = NONE
let isOrderWorking = false
let turnaroundsUs: number[] = []

const stamping: Front = {
  name: front.name,
  http: (...call) => front.http(...call),
  open: (...call) => front.open(...call),
  closed: (connection) => front.closed(connection),
  nextEventUs: () => front.nextEventUs(),
  command: (...call) => front.command(...call),
  advance: (us) => {
    const { ticksLeft } = market
    front.advance(us)
    if (market.ticksLeft === ticksLeft || !isOrderWorking) return
    if (tickSentUs === NONE) tickSentUs = nowUs()
  },
  message: (connection, text, us) => {
    if (text.includes(REACTION)) {
      if (tickSentUs !== NONE) turnaroundsUs.push(us - tickSentUs)
      tickSentUs = NONE
      isOrderWorking = false
    }
    front.message(connection, text, us)
    if (text.includes(PLACE)) isOrderWorking = true
  },
}
const host = new FrontHost(stamping, 0, nowUs)

/** Spins while it ticks, so that neither a tick nor an order waits for this process to wake. */
function run({ ticks, ticksPerSecond }: LoadCommand): void {
  turnaroundsUs = []
  tickSentUs = NONE
  market.run(ticks, ticksPerSecond, nowUs())
  const spin = (): void => {
    stamping.advance(nowUs())
    if (market.ticksLeft > 0) {
      setImmediate(spin)
      return
    }
    const done: TurnaroundDone = { turnaroundsUs }
    process.send?.(done)
  }
  spin()
}

process.on('message', (command: LoadCommand) => run(command))
process.on('disconnect', () => process.exit(0))
const ready: LoadReady = { port: host.port, credentials }
process.send?.(ready)
