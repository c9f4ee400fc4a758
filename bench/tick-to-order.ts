// Tick-to-order over loopback: the engine beside the straightforward pipeline, against the same
// venue process, in alternating rounds. What is measured on both sides: from the entry of the
// socket's read callback until the order request was handed to the kernel.
import { fork, type ChildProcess } from 'node:child_process'
import { median, print, quantile } from '../native-free-bench/harness.ts'
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
/** A percentile of a shared machine is a figure only while it stays within this over the rounds. */
const P99_SPREAD_MAX = 1.5

export interface TickToOrderOptions {
  readonly rounds: number
  /** Each is measured in rounds of its own. */
  readonly ticksPerSecond: readonly number[]
}

interface RoundFigures {
  readonly count: number
  readonly p50: number
  readonly p99: number
}

export interface ReactionResult {
  readonly name: string
  readonly goal: number
  readonly floe_us: RoundFigures
  readonly peer_us: RoundFigures
  /** Median over the rounds of peer / floe. */
  readonly ratio_p50: number
  readonly ratio_p99: number
  readonly p99_is_measurable: boolean
}

export async function tickToOrder(options: TickToOrderOptions): Promise<ReactionResult[]> {
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
  const atRate = async (ticksPerSecond: number): Promise<ReactionResult[]> => {
    const rounds = { floe: [] as Round[], peer: [] as Round[] }
    for (let round = 0; round < options.rounds; round++) {
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
      compare(`tick → order written, ${ticksPerSecond}/s`, 2, rounds, 'tickWritten'),
      compare('  of it before the write', 0, rounds, 'tickReady'),
      compare(`answer → order written, ${ticksPerSecond}/s`, 0, rounds, 'answerWritten'),
      compare('  of it before the write', 0, rounds, 'answerReady'),
    ]
  }
  try {
    await floe.start()
    await peer.start()
    for (const side of ['floe', 'peer'] as const) {
      await venue.run({ side, ...WARM_UP })
    }
    const results: ReactionResult[] = []
    for (const ticksPerSecond of options.ticksPerSecond) {
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
  return { count: samplesUs.length, p50: quantile(samplesUs, 0.5), p99: quantile(samplesUs, 0.99) }
}

function compare(
  name: string,
  goal: number,
  rounds: Record<LoadSide, Round[]>,
  what: keyof Round,
): ReactionResult {
  const floe = rounds.floe.map((round) => round[what])
  const peer = rounds.peer.map((round) => round[what])
  const peerP99 = peer.map(({ p99 }) => p99)
  return {
    name,
    goal,
    floe_us: medians(floe),
    peer_us: medians(peer),
    ratio_p50: median(floe.map(({ p50 }, round) => peer[round]!.p50 / p50)),
    ratio_p99: median(floe.map(({ p99 }, round) => peer[round]!.p99 / p99)),
    p99_is_measurable: Math.max(...peerP99) / Math.min(...peerP99) < P99_SPREAD_MAX,
  }
}

function medians(rounds: readonly RoundFigures[]): RoundFigures {
  return {
    count: rounds.reduce((sum, { count }) => sum + count, 0),
    p50: median(rounds.map(({ p50 }) => p50)),
    p99: median(rounds.map(({ p99 }) => p99)),
  }
}

export function printReaction(result: ReactionResult): void {
  const { name, floe_us, peer_us, ratio_p50, ratio_p99, goal } = result
  const aim = goal === 0 ? '' : ` (goal ≥ ${goal}×)`
  const p99 = result.p99_is_measurable ? `${ratio_p99.toFixed(1)}×` : 'NOT MEASURABLE HERE'
  print(
    `${name.padEnd(34)} p50 ${us(floe_us.p50)} against ${us(peer_us.p50)}  ` +
      `${ratio_p50.toFixed(1)}×${aim}\n` +
      `${''.padEnd(34)} p99 ${us(floe_us.p99)} against ${us(peer_us.p99)}  ${p99}; ` +
      `${floe_us.count} and ${peer_us.count} orders\n`,
  )
}

function us(value: number): string {
  return `${value.toFixed(1)} µs`.padStart(9)
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
