// Latencies for people: recorded counts folded into an HDR histogram, then a table or JSON.
import { build, type Histogram } from 'hdr-histogram-js'
import { NS_PER_US } from '#core/units.ts'
import { bucketMiddleNs, type LatencyRecorder } from './latency-recorder.ts'

const HIGHEST_NS = 3_600_000_000_000
const DIGITS = 3

/** Microseconds. `p999` is the 99.9th percentile; all are 0 when `count` is. */
export interface LatencySummary {
  readonly count: number
  readonly p50: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

/** A row of the report; `name` without its unit. */
export interface LatencyRow {
  readonly name: string
  readonly summary: LatencySummary
}

/** The recorder's counts as an HDR histogram of ns; its percentiles are at most 1 % off. */
export function foldIntoHistogram(recorder: LatencyRecorder): Histogram {
  const histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: HIGHEST_NS,
    numberOfSignificantValueDigits: DIGITS,
  })
  for (let bucket = 0; bucket < recorder.counts.length; bucket++) {
    const count = recorder.counts[bucket]!
    if (count > 0) histogram.recordValueWithCount(Math.round(bucketMiddleNs(bucket)), count)
  }
  return histogram
}

export function summarize(recorder: LatencyRecorder): LatencySummary {
  const histogram = foldIntoHistogram(recorder)
  const { maxNs } = recorder
  const percentile = (p: number) => inUs(Math.min(histogram.getValueAtPercentile(p), maxNs))
  return {
    count: recorder.count,
    p50: percentile(50),
    p99: percentile(99),
    p999: percentile(99.9),
    max: inUs(maxNs),
  }
}

export const latencyRow = (recorder: LatencyRecorder): LatencyRow => ({
  name: recorder.name,
  summary: summarize(recorder),
})

/** `{tick_to_order_us: {count, p50, p99, p999, max}, …}` */
export function latencyJson(rows: readonly LatencyRow[]): Record<string, LatencySummary> {
  return Object.fromEntries(rows.map(({ name, summary }) => [`${name}_us`, summary]))
}

/** The table of the end report, every cell with its unit. */
export function latencyTable(rows: readonly LatencyRow[]): string {
  const cells = [
    ['latency', 'count', 'p50', 'p99', 'p99.9', 'max'],
    ...rows.map(({ name, summary }) => cellsOf(name, summary)),
  ]
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)))
  return cells.map((row) => aligned(row, widths)).join('\n')
}

function cellsOf(name: string, summary: LatencySummary): string[] {
  const { count, p50, p99, p999, max } = summary
  const durations = [p50, p99, p999, max].map((us) => (count === 0 ? '-' : durationText(us)))
  return [name, String(count), ...durations]
}

function aligned(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!),
    )
    .join('  ')
}

/** Three digits and the unit that suits them: `8.21 µs`, `35.0 µs`, `1.20 ms`. */
export function durationText(us: number): string {
  if (us < 1_000) return `${threeDigits(us)} µs`
  if (us < 1_000_000) return `${threeDigits(us / 1_000)} ms`
  return `${threeDigits(us / 1_000_000)} s`
}

function threeDigits(value: number): string {
  if (value >= 100) return value.toFixed(0)
  return value.toFixed(value >= 10 ? 1 : 2)
}

const inUs = (ns: number): number => Math.round(ns) / NS_PER_US
