// Tick-to-order over loopback: the engine beside the straightforward pipeline and beside plain C,
// against the same venue process, by half seconds in turn. What is measured on all sides: from the
// entry of the socket's read callback (in C: from the return of the read) until the order request
// was handed to the kernel. The engine is measured twice, sleeping and with `busy_poll`.
import {
  isSteady,
  measured,
  quantile,
  type Measurement,
  type Suite,
} from '../native-free-bench/measurement.ts'
import { measurementLine, print } from '../native-free-bench/report.ts'
import { couldNotMeasure } from '../native-free-bench/unmeasured.ts'
import { CProgram, NO_COMPILER } from './c-compiler.ts'
import type { LoadDone } from './load-messages.ts'
import { Pipelines, REFERENCE_SOURCE, RIVALS, type Rival } from './pipelines.ts'
import type { ReactionTimes } from './reaction-times.ts'
import { inTurn } from './turns.ts'
import { VenueProcess } from './venue-process.ts'

/** Far enough from the touch that the order never trades. */
const OFFSET_TICKS = 200
/** Enough orders that both sides run optimised code. */
const WARM_UP = { ticks: 12_000, ticksPerSecond: 2_000 }
/** The sides take turns within a round: a shared machine changes its speed by the second. */
const SLICES = 8
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

/** Of `tick → order written`. */
const GOALS = { peer: { p50: 3, p99: 3 }, c: { p50: 1.8, p99: 2.6 } } as const

/** What is told of each rate. */
const LINES = [
  { name: 'tick → order written', what: 'tickWritten', hasGoal: true },
  { name: 'tick → order ready', what: 'tickReady', hasGoal: false },
  { name: 'answer → order written', what: 'answerWritten', hasGoal: false },
  { name: 'answer → order ready', what: 'answerReady', hasGoal: false },
] as const
type Line = (typeof LINES)[number]

const MODES = [
  { runner: 'floe', text: '' },
  { runner: 'spinning', text: ', busy_poll' },
] as const
type Mode = (typeof MODES)[number]

async function tickToOrder(roundCount: number): Promise<Measurement[]> {
  const venue = new VenueProcess<LoadDone>(new URL('./load-venue.ts', import.meta.url))
  const program = CProgram.compile(REFERENCE_SOURCE)
  if (program === null) couldNotMeasure('tick-to-order', RIVALS[1].against, NO_COMPILER)
  const pipelines = new Pipelines(await venue.start(), program, OFFSET_TICKS)
  try {
    await pipelines.start()
    for (const side of pipelines.sides) await venue.run({ side, ...WARM_UP })
    const results: Measurement[] = []
    for (const ticksPerSecond of TICKS_PER_SECOND) {
      const rounds: SideRounds[] = []
      for (let round = 0; round < roundCount; round++) {
        rounds.push(await measureRound(venue, pipelines, ticksPerSecond))
      }
      results.push(...compareAll(rounds, ticksPerSecond))
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
    for (const runner of inTurn(pipelines.runners, slice)) {
      pipelines.setCounting(runner, true)
      const side = runner === 'spinning' ? 'floe' : runner
      await venue.run({ side, ticks: ticksPerSecond * SLICE_SECONDS, ticksPerSecond })
      pipelines.setCounting(runner, false)
    }
    pipelines.throwIfCrashed()
  }
  await pipelines.collect()
  const { floe, spinning, peer, c } = pipelines.times
  const hasReference = pipelines.sides.includes('c')
  return {
    floe: roundOf(floe),
    spinning: roundOf(spinning),
    peer: roundOf(peer),
    c: hasReference ? roundOf(c) : null,
  }
}

interface RoundFigures {
  readonly p50: number
  readonly p99: number
}

type Round = Readonly<Record<Line['what'], RoundFigures>>

interface SideRounds {
  readonly floe: Round
  readonly spinning: Round
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

function compareAll(rounds: readonly SideRounds[], ticksPerSecond: number): Measurement[] {
  const rivals = RIVALS.filter(({ side }) => rounds[0]?.[side] !== null)
  return LINES.flatMap((line) =>
    MODES.flatMap((mode) =>
      rivals.flatMap((rival) => compare(line, mode, rival, rounds, ticksPerSecond)),
    ),
  )
}

/** The median counts always; the p99 where this machine holds the rival's own steady. */
function compare(
  { name, what, hasGoal }: Line,
  mode: Mode,
  { side, against, relation }: Rival,
  rounds: readonly SideRounds[],
  ticksPerSecond: number,
): Measurement[] {
  return (['p50', 'p99'] as const).map((percentile) => {
    const floe = rounds.map((round) => round[mode.runner][what][percentile])
    const rival = rounds.map((round) => round[side]?.[what][percentile] ?? NaN)
    return measured(
      {
        row: hasGoal ? '10' : '',
        name: `${name}${mode.text}, ${ticksPerSecond}/s, ${percentile}`,
        against,
        relation,
        unit: 'us',
        goal: hasGoal ? GOALS[side][percentile] : null,
        isMeasurable: percentile === 'p50' || isSteady(rival),
        isHeld: percentile === 'p50',
      },
      floe,
      rival,
    )
  })
}
