// A latency stamp counted on the hot path: the recorder against hdr-histogram-js, which has the
// format that readers know. Both subtract two stamps and count the difference; no clock is read.
//
// hdr-histogram-js runs as its WebAssembly build, which it recommends for speed, and as the plain
// one that needs no loading. Two significant digits are what the recorder's buckets are good for.
import { build, initWebAssembly, type Histogram } from 'hdr-histogram-js'
import { Prng } from '#core/prng.ts'
import { LatencyRecorder } from '#telemetry/latency-recorder.ts'
import { runCases, type BenchCase } from '../native-free-bench/harness.ts'
import type { Suite } from '../native-free-bench/measurement.ts'

const NAME = 'histogram'
const STAMPS = 4_096
const HIGHEST_NS = 3_600_000_000_000
const DIGITS = 2
const GOAL = 2.5

export const histogramSuite: Suite = {
  name: NAME,
  measure: async (options) => {
    if (!NAME.includes(options.only)) return []
    await initWebAssembly()
    const cases = [
      recordCase('hdr-histogram-js, WASM', histogram(true)),
      recordCase('hdr-histogram-js, plain', histogram(false)),
    ]
    return runCases(cases, { ...options, only: '' })
  },
}

function histogram(useWebAssembly: boolean): Histogram {
  return build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: HIGHEST_NS,
    numberOfSignificantValueDigits: DIGITS,
    useWebAssembly,
  })
}

function recordCase(peer: string, theirHistogram: Histogram): BenchCase {
  const { starts, ends } = stamps()
  const recorder = new LatencyRecorder('bench')
  const ours = (): void => {
    for (let i = 0; i < STAMPS; i++) recorder.record(ends[i]! - starts[i]!)
  }
  const theirs = (): void => {
    for (let i = 0; i < STAMPS; i++) theirHistogram.recordValue(ends[i]! - starts[i]!)
  }
  ours()
  theirs()
  if (theirHistogram.totalCount !== recorder.count) throw new Error('the counts do not agree')
  return { row: '12', name: 'record a latency', peer, goal: GOAL, opsPerCall: STAMPS, ours, theirs }
}

/** Whole ns from 1 µs to 1 ms, most of them short, as reaction times are. */
function stamps(): { starts: Float64Array; ends: Float64Array } {
  const prng = new Prng(12)
  const starts = new Float64Array(STAMPS)
  const ends = new Float64Array(STAMPS)
  for (let i = 0; i < STAMPS; i++) {
    starts[i] = 1_000_000_000 + i * 500_000
    ends[i] = starts[i]! + Math.round(1_000 * 1_000 ** (prng.nextFraction() ** 3))
  }
  return { starts, ends }
}
