// One engine beside one venue: how long after a tick left the venue its order came back to it. Seen
// from the venue, since what the engine cannot see is in it: the kernel waking a sleeping thread.
import { quantile } from '../native-free-bench/measurement.ts'
import { FloePipeline } from './floe-pipeline.ts'
import { ReactionTimes } from './reaction-times.ts'
import { VenueProcess } from './venue-process.ts'

/** Far enough from the touch that the order never trades. */
const OFFSET_TICKS = 200
/** Enough orders that what is measured is optimised code. */
const WARM_UP = { side: 'floe', ticks: 12_000, ticksPerSecond: 2_000 } as const

export interface TurnaroundDone {
  readonly turnaroundsUs: readonly number[]
}

export interface TurnaroundOptions {
  readonly isBusyPolling: boolean
  readonly ticksPerSecond: readonly number[]
  readonly seconds: number
}

export interface TurnaroundFigures {
  readonly ticksPerSecond: number
  /** Venue to venue. */
  readonly p50Us: number
  readonly p99Us: number
  /** From the engine's read callback on: what is left when nothing has to wake. */
  readonly insideP50Us: number
  readonly insideP99Us: number
  /** Of the engine's process, workers included. */
  readonly cpuFraction: number
}

/** The venue is new each time: a client order id is used once in its life. */
export async function turnaround(options: TurnaroundOptions): Promise<TurnaroundFigures[]> {
  const venue = new VenueProcess<TurnaroundDone>(new URL('turnaround-venue.ts', import.meta.url))
  const times = new ReactionTimes()
  const { port, credentials } = await venue.start()
  const floe = new FloePipeline({
    port,
    credentials: credentials.floe,
    offsetTicks: OFFSET_TICKS,
    times,
    isBusyPolling: options.isBusyPolling,
  })
  try {
    await floe.start()
    await venue.run(WARM_UP)
    const figures: TurnaroundFigures[] = []
    for (const ticksPerSecond of options.ticksPerSecond) {
      times.clear()
      const cpuBefore = process.cpuUsage()
      const beganMs = performance.now()
      const ticks = ticksPerSecond * options.seconds
      const { turnaroundsUs } = await venue.run({ side: 'floe', ticks, ticksPerSecond })
      floe.throwIfCrashed()
      const { user, system } = process.cpuUsage(cpuBefore)
      figures.push({
        ticksPerSecond,
        p50Us: quantile(turnaroundsUs, 0.5),
        p99Us: quantile(turnaroundsUs, 0.99),
        insideP50Us: quantile(times.tick.writtenUs, 0.5),
        insideP99Us: quantile(times.tick.writtenUs, 0.99),
        cpuFraction: (user + system) / ((performance.now() - beganMs) * 1_000),
      })
    }
    return figures
  } finally {
    await floe.stop()
    venue.stop()
  }
}
