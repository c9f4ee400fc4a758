// Tick-to-order over loopback: the engine beside the straightforward pipeline, against the same
// venue process, in alternating rounds. What is measured on both sides: from the entry of the
// socket's read callback until the order request was handed to the kernel.
import { fork, type ChildProcess } from 'node:child_process'
import {
  isSteady,
  measured,
  quantile,
  type Measurement,
  type Suite,
} from '../native-free-bench/measurement.ts'
import { measurementLine, print } from '../native-free-bench/report.ts'
import { FloePipeline } from './floe-pipeline.ts'
import { SYMBOLS } from './load-messages.ts'
import type { LoadCommand, LoadDone, LoadReady, LoadSide } from './load-messages.ts'
import { PlainPipeline } from './plain-pipeline.ts'
import { ReactionTimes } from './reaction-times.ts'

/** Far enough from the touch that the order never trades. */
const OFFSET_TICKS = 200
/** Enough orders that both sides run optimised code. */
const WARM_UP = { ticks: 12_000, ticksPerSecond: 2_000 }
/** Both sides take turns within a round: a shared machine changes its speed by the second. */
const SLICES = 10
const SLICE_SECONDS = 0.5
/** A busy instrument, and one so quiet that every tick finds cold caches. */
const TICKS_PER_SECOND = [2_000, 400]
const PEER = 'ws + JSON.parse + createHmac'

export const tickToOrderSuite: Suite = {
  name: 'tick-to-order',
  measure: async ({ rounds, only }) => {
    if (!'tick-to-order'.includes(only)) return []
    const measurements = await tickToOrder(rounds)
    for (const measurement of measurements) print(`${measurementLine(measurement)}\n`)
    return measurements
  },
}

interface RoundFigures {
  readonly p50: number
  readonly p99: number
}

async function tickToOrder(roundCount: number): Promise<Measurement[]> {
  const venue = new LoadVenue()
  const { port, credentials } = await venue.start()
  const times = { floe: new ReactionTimes(), peer: new ReactionTimes() }
  const floe = new FloePipeline({
    port,
    credentials: credentials.floe,
    offsetTicks: OFFSET_TICKS,
    times: times.floe,
  })
  const peer = new PlainPipeline({
    port,
    credentials: credentials.peer,
    symbol: SYMBOLS.peer,
    offsetTicks: OFFSET_TICKS,
    times: times.peer,
  })
  const atRate = async (ticksPerSecond: number): Promise<Measurement[]> => {
    const rounds = { floe: [] as Round[], peer: [] as Round[] }
    for (let round = 0; round < roundCount; round++) {
      times.floe.clear()
      times.peer.clear()
      for (let slice = 0; slice < SLICES; slice++) {
        const order = slice % 2 === 0 ? (['floe', 'peer'] as const) : (['peer', 'floe'] as const)
        for (const side of order) {
          await venue.run({ side, ticks: ticksPerSecond * SLICE_SECONDS, ticksPerSecond })
        }
        floe.throwIfCrashed()
      }
      rounds.floe.push(roundOf(times.floe))
      rounds.peer.push(roundOf(times.peer))
    }
    return [
      ...compare(`tick → order written, ${ticksPerSecond}/s`, 3, rounds, 'tickWritten'),
      ...compare(`tick → order ready, ${ticksPerSecond}/s`, null, rounds, 'tickReady'),
      ...compare(`answer → order written, ${ticksPerSecond}/s`, null, rounds, 'answerWritten'),
      ...compare(`answer → order ready, ${ticksPerSecond}/s`, null, rounds, 'answerReady'),
    ]
  }
  try {
    await floe.start()
    await peer.start()
    for (const side of ['floe', 'peer'] as const) {
      await venue.run({ side, ...WARM_UP })
    }
    const results: Measurement[] = []
    for (const ticksPerSecond of TICKS_PER_SECOND) {
      results.push(...(await atRate(ticksPerSecond)))
    }
    return results
  } finally {
    peer.stop()
    await floe.stop()
    venue.stop()
  }
}

interface Round {
  readonly tickReady: RoundFigures
  readonly tickWritten: RoundFigures
  readonly answerReady: RoundFigures
  readonly answerWritten: RoundFigures
}

function roundOf(times: ReactionTimes): Round {
  return {
    tickReady: figures(times.tick.readyUs),
    tickWritten: figures(times.tick.writtenUs),
    answerReady: figures(times.answer.readyUs),
    answerWritten: figures(times.answer.writtenUs),
  }
}

function figures(samplesUs: readonly number[]): RoundFigures {
  if (samplesUs.length === 0) throw new Error('no order was sent in a round')
  return { p50: quantile(samplesUs, 0.5), p99: quantile(samplesUs, 0.99) }
}

/** The median counts always; the p99 where this machine holds the peer's own steady. */
function compare(
  name: string,
  goal: number | null,
  rounds: Record<LoadSide, Round[]>,
  what: keyof Round,
): Measurement[] {
  return (['p50', 'p99'] as const).map((percentile) => {
    const floe = rounds.floe.map((round) => round[what][percentile])
    const peer = rounds.peer.map((round) => round[what][percentile])
    const isMeasurable = percentile === 'p50' || isSteady(peer)
    const line = { row: goal === null ? '' : '10', against: PEER, unit: 'us', goal } as const
    return measured({ ...line, name: `${name}, ${percentile}`, isMeasurable }, floe, peer)
  })
}

/** The venue in a process of its own: it must not share a time slice with what it measures. */
class LoadVenue {
  #child: ChildProcess | null = null

  start(): Promise<LoadReady> {
    const child = fork(new URL('./load-venue.ts', import.meta.url), { stdio: 'inherit' })
    this.#child = child
    return new Promise((resolve, reject) => {
      child.once('message', (message: LoadReady) => resolve(message))
      child.once('exit', (code) => reject(new Error(`the bench venue ended with ${code}`)))
    })
  }

  /** Resolves when the last tick was sent and there was time to react to it. */
  run(command: LoadCommand): Promise<void> {
    const child = this.#child
    if (child === null) throw new Error('the bench venue is not running')
    return new Promise((resolve) => {
      child.once('message', (_message: LoadDone) => {
        setTimeout(resolve, 50)
      })
      child.send(command)
    })
  }

  stop(): void {
    this.#child?.removeAllListeners('exit')
    this.#child?.disconnect()
    this.#child = null
  }
}
