// What one side did at one rate, as whole histograms in the field's own format, and the table that
// tells all of them.
import { build, type Histogram } from 'hdr-histogram-js'
import type { LoadSide } from './load-messages.ts'
import type { Reactions } from './tick-matching.ts'

const HIGHEST_NS = 60_000_000_000
const DIGITS = 3
const NS_PER_US = 1_000
const PERCENTILES = [50, 90, 99, 99.9, 100] as const

/** The request is a cancel where an order stands; the new order replaces it. */
export const SPANS = [
  { name: 'tick due → request', what: 'firstUs' },
  { name: 'tick due → new order', what: 'orderUs' },
  { name: 'tick sent → request', what: 'sentFirstUs' },
] as const
export type Span = (typeof SPANS)[number]

export class WireTotals {
  readonly #histograms = { firstUs: histogram(), orderUs: histogram(), sentFirstUs: histogram() }
  #ticks = 0
  #sent = 0
  #orders = 0
  #unanswered = 0

  add(reactions: Reactions): void {
    for (const { what } of SPANS) {
      const one = this.#histograms[what]
      for (const us of reactions[what]) one.recordValue(Math.max(1, Math.round(us * NS_PER_US)))
    }
    this.#ticks += reactions.firstUs.length
    this.#sent += reactions.sentCount
    this.#orders += reactions.orderCount
    this.#unanswered += reactions.unansweredCount
  }

  merge(other: WireTotals): void {
    for (const { what } of SPANS) this.#histograms[what].add(other.#histograms[what])
    this.#ticks += other.#ticks
    this.#sent += other.#sent
    this.#orders += other.#orders
    this.#unanswered += other.#unanswered
  }

  /** In µs; 100 is the largest. */
  percentile(span: Span, percentile: number): number {
    return this.#histograms[span.what].getValueAtPercentile(percentile) / NS_PER_US
  }

  /** Share of the ticks that left: below 1 the venue itself was late. */
  get sentShare(): number {
    return this.#sent / this.#ticks
  }

  /** How much of the rate was real: ticks that left, orders made, ticks that nobody answered. */
  get keepingUp(): string {
    const share = (count: number): string => `${Math.round((100 * count) / this.#ticks)} %`
    const unanswered = this.#unanswered === 0 ? '' : `, ${this.#unanswered} unanswered`
    return `${share(this.#sent)} sent, ${share(this.#orders)} ordered${unanswered}`
  }
}

/** What is in the table: a row for each span, rate and side, times in µs. */
export function tableLines(
  totals: (side: LoadSide, ticksPerSecond: number) => WireTotals,
  sides: readonly LoadSide[],
  rates: readonly number[],
): string[] {
  const columns = PERCENTILES.map((one) => (one === 100 ? 'max' : `p${one}`).padStart(9)).join('')
  const lines = [`${'wire to wire, µs'.padEnd(34)}${columns}  of the ticks`]
  for (const span of SPANS) {
    for (const ticksPerSecond of rates) {
      for (const side of sides) {
        const total = totals(side, ticksPerSecond)
        const name = `${span.name}, ${ticksPerSecond}/s`.padEnd(29) + side.padEnd(5)
        const figures = PERCENTILES.map((one) => total.percentile(span, one).toFixed(1).padStart(9))
        lines.push(`${name}${figures.join('')}  ${total.keepingUp}`)
      }
    }
  }
  return lines
}

function histogram(): Histogram {
  return build({ highestTrackableValue: HIGHEST_NS, numberOfSignificantValueDigits: DIGITS })
}
