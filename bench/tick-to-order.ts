// Tick-to-order over loopback: the engine beside the straightforward pipeline and beside plain C,
// against the same venue process, by half seconds in turn. What is measured on all sides: from the
// entry of the socket's read callback (in C: from the return of the read) until the order request
// was handed to the kernel.
import {
  isSteady,
  measured,
  quantile,
  type Measurement,
  type Suite,
} from '../native-free-bench/measurement.ts'
import { measurementLine, print } from '../native-free-bench/report.ts'
import { CProgram } from './c-compiler.ts'
import { CPipeline } from './c-pipeline.ts'
import { FloePipeline } from './floe-pipeline.ts'
import { SYMBOLS, type LoadDone, type LoadReady, type LoadSide } from './load-messages.ts'
import { PlainPipeline } from './plain-pipeline.ts'
import { ReactionTimes } from './reaction-times.ts'
import { inTurn } from './turns.ts'
import { VenueProcess } from './venue-process.ts'

/** Far enough from the touch that the order never trades. */
const OFFSET_TICKS = 200
/** Enough orders that both sides run optimised code. */
const WARM_UP = { ticks: 12_000, ticksPerSecond: 2_000 }
/** The sides take turns within a round: a shared machine changes its speed by the second. */
const SLICES = 10
const SLICE_SECONDS = 0.5
/** A busy instrument, and one so quiet that every tick finds cold caches. */
const TICKS_PER_SECOND = [2_000, 400]

export const tickToOrderSuite: Suite = {
  name: 'tick-to-order',
  measure: async ({ rounds, only }) => {
    if (!'tick-to-order'.includes(only)) return []
    const measurements = await tickToOrder(rounds)
    for (const measurement of measurements) print(`${measurementLine(measurement)}\n`)
    return measurements
  },
}

/** Who floe is compared with, and what it should reach at `tick → order written`. */
const RIVALS = [
  {
    side: 'peer',
    relation: 'peer',
    against: 'ws + JSON.parse + createHmac',
    goals: { p50: 3, p99: 3 },
  },
  {
    side: 'c',
    relation: 'reference',
    against: 'plain C, epoll, session logged on',
    goals: { p50: 1.8, p99: 2.6 },
  },
] as const
type Rival = (typeof RIVALS)[number]

/** What is told of each rate; the goals are those of the first. */
const LINES = [
  { name: 'tick → order written', what: 'tickWritten', hasGoal: true },
  { name: 'tick → order ready', what: 'tickReady', hasGoal: false },
  { name: 'answer → order written', what: 'answerWritten', hasGoal: false },
  { name: 'answer → order ready', what: 'answerReady', hasGoal: false },
] as const
type Line = (typeof LINES)[number]

async function tickToOrder(roundCount: number): Promise<Measurement[]> {
  const venue = new VenueProcess<LoadDone>(new URL('./load-venue.ts', import.meta.url))
  const program = CProgram.compile('tick-to-order.c')
  if (program === null) print('    no C compiler here: tick-to-order without its reference\n')
  const pipelines = new Pipelines(await venue.start(), program)
  try {
    await pipelines.start()
    for (const side of pipelines.sides) await venue.run({ side, ...WARM_UP })
    const results: Measurement[] = []
    for (const ticksPerSecond of TICKS_PER_SECOND) {
      const rounds: SideRounds[] = []
      for (let round = 0; round < roundCount; round++) {
        rounds.push(await measureRound(venue, pipelines, ticksPerSecond))
      }
      results.push(...compareAll(rounds, pipelines.sides, ticksPerSecond))
    }
    return results
  } finally {
    await pipelines.stop()
    venue.stop()
    program?.remove()
  }
}

async function measureRound(
  venue: VenueProcess<LoadDone>,
  pipelines: Pipelines,
  ticksPerSecond: number,
): Promise<SideRounds> {
  pipelines.clear()
  for (let slice = 0; slice < SLICES; slice++) {
    for (const side of inTurn(pipelines.sides, slice)) {
      pipelines.setCounting(side, true)
      await venue.run({ side, ticks: ticksPerSecond * SLICE_SECONDS, ticksPerSecond })
      pipelines.setCounting(side, false)
    }
    pipelines.throwIfCrashed()
  }
  return pipelines.round()
}

/** The sides of the comparison, started and stopped together. */
class Pipelines {
  readonly sides: readonly LoadSide[]
  readonly #times = { floe: new ReactionTimes(), peer: new ReactionTimes(), c: new ReactionTimes() }
  readonly #floe: FloePipeline
  readonly #peer: PlainPipeline
  readonly #c: CPipeline | null

  constructor({ port, credentials }: LoadReady, program: CProgram | null) {
    const times = this.#times
    const shared = { port, offsetTicks: OFFSET_TICKS }
    this.#floe = new FloePipeline({ ...shared, credentials: credentials.floe, times: times.floe })
    this.#peer = new PlainPipeline({
      ...shared,
      credentials: credentials.peer,
      symbol: SYMBOLS.peer,
      times: times.peer,
    })
    this.#c =
      program === null
        ? null
        : new CPipeline({ ...shared, program, credentials: credentials.c, symbol: SYMBOLS.c })
    this.sides = this.#c === null ? ['floe', 'peer'] : ['floe', 'peer', 'c']
  }

  async start(): Promise<void> {
    await this.#floe.start()
    await this.#peer.start()
    await this.#c?.start()
    for (const side of this.sides) this.setCounting(side, false)
  }

  async stop(): Promise<void> {
    this.#c?.stop()
    this.#peer.stop()
    await this.#floe.stop()
  }

  throwIfCrashed(): void {
    this.#floe.throwIfCrashed()
  }

  setCounting(side: LoadSide, isCounting: boolean): void {
    if (side === 'c') this.#c?.setCounting(isCounting)
    else this.#times[side].isCounting = isCounting
  }

  clear(): void {
    for (const side of this.sides) this.#times[side].clear()
  }

  async round(): Promise<SideRounds> {
    const { floe, peer, c } = this.#times
    await this.#c?.collect(c)
    return {
      floe: roundOf(floe),
      peer: roundOf(peer),
      c: this.#c === null ? null : roundOf(c),
    }
  }
}

interface RoundFigures {
  readonly p50: number
  readonly p99: number
}

type Round = Readonly<Record<Line['what'], RoundFigures>>

interface SideRounds {
  readonly floe: Round
  readonly peer: Round
  readonly c: Round | null
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

function compareAll(
  rounds: readonly SideRounds[],
  sides: readonly LoadSide[],
  ticksPerSecond: number,
): Measurement[] {
  const rivals = RIVALS.filter(({ side }) => sides.includes(side))
  return LINES.flatMap((line) =>
    rivals.flatMap((rival) => compare(line, rival, rounds, ticksPerSecond)),
  )
}

/** The median counts always; the p99 where this machine holds the rival's own steady. */
function compare(
  { name, what, hasGoal }: Line,
  { side, against, relation, goals }: Rival,
  rounds: readonly SideRounds[],
  ticksPerSecond: number,
): Measurement[] {
  return (['p50', 'p99'] as const).map((percentile) => {
    const floe = rounds.map((round) => round.floe[what][percentile])
    const rival = rounds.map((round) => round[side]?.[what][percentile] ?? NaN)
    return measured(
      {
        row: hasGoal ? '10' : '',
        name: `${name}, ${ticksPerSecond}/s, ${percentile}`,
        against,
        relation,
        unit: 'us',
        goal: hasGoal ? goals[percentile] : null,
        isMeasurable: percentile === 'p50' || isSteady(rival),
      },
      floe,
      rival,
    )
  })
}
