// Wire to wire, seen from the venue: from when a tick was due until the request that it caused had
// arrived. Both ways through the kernel are in it, the receiver's wake-up, and whatever queues up.
//
// The loop is open: ticks are due by the clock, however busy the receiver is, and each tick has its
// latency, also one that was skipped (how, says tick-matching.ts). At a rate beyond what a pipeline
// and the venue can do, the figures are those of a receiver that is always one order behind.
//
// The embedded venue is a part of every figure, and the same part for all: what it does between a
// tick's due time and the write, and between two requests (matching engine, JSON, uWebSockets.js).
import { isSteady, measured } from '../native-free-bench/measurement.ts'
import type { Measurement, Suite } from '../native-free-bench/measurement.ts'
import { measurementLine, print } from '../native-free-bench/report.ts'
import { couldNotMeasure } from '../native-free-bench/unmeasured.ts'
import { CProgram, NO_COMPILER } from './c-compiler.ts'
import type { LoadSide } from './load-messages.ts'
import { Pipelines, REFERENCE_SOURCE, RIVALS, type Rival } from './pipelines.ts'
import { inTurn } from './turns.ts'
import { VenueProcess } from './venue-process.ts'
import { OFFSET_TICKS, type WireDone } from './wire-messages.ts'
import { SPANS, WireTotals, tableLines, type Span } from './wire-totals.ts'

const NAME = 'wire-to-wire'
/** Enough orders that both sides run optimised code. */
const WARM_UP = { ticks: 6_000, ticksPerSecond: 2_000 }
const TICKS_PER_SECOND = [400, 2_000, 8_000]
/** Of a round; in each slice every rate and every side has its turn. */
const SLICES = 3
const SLICE_SECONDS = 0.5
/** Where the venue could send fewer of its ticks, the machine had no time for it. */
const SENT_SHARE_MIN = 0.9

export const wireToWireSuite: Suite = {
  name: NAME,
  measure: async ({ rounds, only }) => {
    if (!NAME.includes(only)) return []
    const measurements = await wireToWire(rounds)
    for (const measurement of measurements) print(`${measurementLine(measurement)}\n`)
    return measurements
  },
}

async function wireToWire(roundCount: number): Promise<Measurement[]> {
  const venue = new VenueProcess<WireDone>(new URL('./wire-venue.ts', import.meta.url))
  const program = CProgram.compile(REFERENCE_SOURCE)
  if (program === null) couldNotMeasure('wire-to-wire', RIVALS[1].against, NO_COMPILER)
  const pipelines = new Pipelines(await venue.start(), program, OFFSET_TICKS)
  const { sides } = pipelines
  try {
    await pipelines.start()
    for (const side of sides) await venue.run({ side, ...WARM_UP })
    const rounds: Round[] = []
    for (let round = 0; round < roundCount; round++) {
      rounds.push(await measureRound(venue, pipelines, round))
    }
    const whole = new Round()
    for (const round of rounds) whole.merge(round)
    const totals = (side: LoadSide, rate: number): WireTotals => whole.totals(side, rate)
    for (const line of tableLines(totals, sides, TICKS_PER_SECOND)) print(`${line}\n`)
    return RIVALS.filter(({ side }) => sides.includes(side)).flatMap((rival) =>
      SPANS.flatMap((span) =>
        TICKS_PER_SECOND.flatMap((rate) => compare(rounds, rival, span, rate)),
      ),
    )
  } finally {
    await pipelines.stop()
    venue.stop()
    program?.remove()
  }
}

async function measureRound(
  venue: VenueProcess<WireDone>,
  pipelines: Pipelines,
  index: number,
): Promise<Round> {
  const round = new Round()
  for (let slice = 0; slice < SLICES; slice++) {
    for (const ticksPerSecond of TICKS_PER_SECOND) {
      for (const side of inTurn(pipelines.sides, index * SLICES + slice)) {
        const ticks = ticksPerSecond * SLICE_SECONDS
        const { reactions } = await venue.run({ side, ticks, ticksPerSecond })
        round.totals(side, ticksPerSecond).add(reactions)
      }
      pipelines.throwIfCrashed()
    }
  }
  return round
}

class Round {
  readonly #totals = new Map<string, WireTotals>()

  totals(side: LoadSide, ticksPerSecond: number): WireTotals {
    const key = `${side} ${ticksPerSecond}`
    const known = this.#totals.get(key) ?? new WireTotals()
    this.#totals.set(key, known)
    return known
  }

  merge(other: Round): void {
    for (const [key, totals] of other.#totals) {
      const known = this.#totals.get(key) ?? new WireTotals()
      known.merge(totals)
      this.#totals.set(key, known)
    }
  }
}

function compare(
  rounds: readonly Round[],
  { side, against, relation }: Rival,
  span: Span,
  ticksPerSecond: number,
): Measurement[] {
  const wasOnTime = rounds
    .flatMap((round) => [round.totals('floe', ticksPerSecond), round.totals(side, ticksPerSecond)])
    .every((totals) => totals.sentShare >= SENT_SHARE_MIN)
  return [50, 99].map((percentile) => {
    const of = (one: LoadSide): number[] =>
      rounds.map((round) => round.totals(one, ticksPerSecond).percentile(span, percentile))
    const rival = of(side)
    const isMeasurable = wasOnTime && (percentile === 50 || isSteady(rival))
    const name = `${span.name}, ${ticksPerSecond}/s, p${percentile}`
    const line = {
      row: '',
      name,
      against,
      relation,
      unit: 'us',
      goal: null,
      isMeasurable,
      isHeld: false,
    } as const
    return measured(line, of('floe'), rival)
  })
}
