// How long an order takes over HTTP from the call until the venue has its last byte: floe's client
// on its open connection, beside undici's Client and beside fetch.
//
// The venue and every caller are processes of their own on one machine, whose monotonic clock they
// share. The venue stamps what arrives and the caller what it called; the wait for the answer is in
// no figure, but the next order waits for it. Venue and callers spin (the callers while it is their
// turn), since a woken processor's latency is larger than what is measured here. The write to the
// kernel and the loopback are in every figure, more than half of ours.
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
import { arePeersInstalled } from './peers/installed.ts'
import { SideProcess } from './side-process.ts'

const ORDERS_PER_SLICE = 100
const SLICES_PER_ROUND = 12
/** Enough for the compilers of all of them. */
const WARM_UP_ORDERS = 2_000

const NAME = 'rest order, call to venue'

interface Round {
  readonly p50: number
  readonly p99: number
}

export const restSuite: Suite = {
  name: 'rest',
  measure: async ({ rounds, only }) => {
    if (!NAME.includes(only)) return []
    if (!arePeersInstalled('rest', 'undici')) return []
    const program = CProgram.compile('rest-venue.c')
    if (program === null) {
      couldNotMeasure('rest', '', `${NO_COMPILER}, so no venue to measure at`)
      return []
    }
    try {
      const measurements = await restOrders(program, rounds)
      for (const measurement of measurements) print(`${measurementLine(measurement)}\n`)
      return measurements
    } finally {
      program.remove()
    }
  },
}

async function restOrders(program: CProgram, roundCount: number): Promise<Measurement[]> {
  const venue = new SideProcess('rest-venue.c', program.path, [])
  const port = await venue.line()
  const callers = {
    floe: SideProcess.script('rest-floe.ts', [port]),
    undici: SideProcess.script('peers/rest-undici.ts', [port]),
    fetch: SideProcess.script('rest-fetch.ts', [port]),
  }
  try {
    const { floe, undici, fetch } = await placeInTurn(roundCount, callers)
    return [
      ...compare('undici Client', 2.2, floe!, undici!),
      ...compare("Node's fetch", 12, floe!, fetch!),
    ]
  } finally {
    for (const process of [...Object.values(callers), venue]) process.stop()
  }
}

async function placeInTurn(
  roundCount: number,
  callers: Readonly<Record<string, SideProcess>>,
): Promise<Partial<Record<string, Round[]>>> {
  const names = Object.keys(callers)
  const rounds: Record<string, Round[]> = {}
  for (const name of names) await callers[name]!.ask(WARM_UP_ORDERS)
  for (let round = 0; round < roundCount; round++) {
    const latenciesUs: Record<string, number[]> = {}
    for (let slice = 0; slice < SLICES_PER_ROUND; slice++) {
      // The order turns round, so that nobody always finds the warmer machine.
      for (const name of slice % 2 === 0 ? names : names.toReversed()) {
        const figures = await callers[name]!.ask(ORDERS_PER_SLICE)
        ;(latenciesUs[name] ??= []).push(...figures)
      }
    }
    for (const name of names) (rounds[name] ??= []).push(roundOf(latenciesUs[name]!))
  }
  return rounds
}

function roundOf(latenciesUs: readonly number[]): Round {
  return { p50: quantile(latenciesUs, 0.5), p99: quantile(latenciesUs, 0.99) }
}

/** The median has a goal; the p99 of three processes on two cores is told for information. */
function compare(
  against: string,
  goal: number,
  ours: readonly Round[],
  theirs: readonly Round[],
): Measurement[] {
  const line = { against, unit: 'us' } as const
  const p50 = (round: Round): number => round.p50
  const p99 = (round: Round): number => round.p99
  const isMeasurable = isSteady(theirs.map(p99))
  return [
    measured({ ...line, row: '9', name: `${NAME}, p50`, goal }, ours.map(p50), theirs.map(p50)),
    measured(
      { ...line, row: '', name: `${NAME}, p99`, goal: null, isMeasurable, isHeld: false },
      ours.map(p99),
      theirs.map(p99),
    ),
  ]
}
