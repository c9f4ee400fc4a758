// What `busy_poll` brings: from a tick leaving the venue until its order is back there, with an
// engine that spins against one that sleeps. Also the measure to take before and after a host is
// tuned (config/host-tuning.md): it holds the kernel's wake-ups, which tick-to-order cannot see.
import {
  isSteady,
  measured,
  type Measurement,
  type Suite,
} from '../native-free-bench/measurement.ts'
import { measurementLine, print } from '../native-free-bench/report.ts'
import { turnaround, type TurnaroundFigures } from './turnaround-run.ts'

const NAME = 'turnaround'
const TICKS_PER_SECOND = [400, 2_000]
const SECONDS = 2
const PERCENTILES = [
  { name: 'p50', of: ({ p50Us }: TurnaroundFigures) => p50Us },
  { name: 'p99', of: ({ p99Us }: TurnaroundFigures) => p99Us },
] as const

export const turnaroundSuite: Suite = {
  name: NAME,
  measure: async ({ rounds, only }) => {
    if (!NAME.includes(only)) return []
    const spinning: TurnaroundFigures[][] = []
    const sleeping: TurnaroundFigures[][] = []
    for (let round = 0; round < rounds; round++) {
      const isSpinningFirst = round % 2 === 0
      if (isSpinningFirst) spinning.push(await figures(true))
      sleeping.push(await figures(false))
      if (!isSpinningFirst) spinning.push(await figures(true))
    }
    const measurements = TICKS_PER_SECOND.flatMap((rate, index) =>
      compare(
        rate,
        spinning.map((round) => round[index]!),
        sleeping.map((round) => round[index]!),
      ),
    )
    for (const measurement of measurements) print(`${measurementLine(measurement)}\n`)
    return measurements
  },
}

function figures(isBusyPolling: boolean): Promise<TurnaroundFigures[]> {
  return turnaround({ isBusyPolling, ticksPerSecond: TICKS_PER_SECOND, seconds: SECONDS })
}

function compare(
  rate: number,
  spinning: readonly TurnaroundFigures[],
  sleeping: readonly TurnaroundFigures[],
): Measurement[] {
  return PERCENTILES.map(({ name, of }) => {
    const theirs = sleeping.map(of)
    return measured(
      {
        row: '',
        name: `venue → order back, busy_poll, ${rate}/s ${name}`,
        against: 'an engine that sleeps',
        unit: 'us',
        goal: null,
        isMeasurable: name === 'p50' || isSteady(theirs),
      },
      spinning.map(of),
      theirs,
    )
  })
}
