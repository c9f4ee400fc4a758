// How late the event loop runs its timers: Node's own monitor, reported like our latencies.
// Owns a timer of its own (inside Node), so it is started by the process, never in virtual time.
import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks'
import { NS_PER_MS, NS_PER_US } from '#core/units.ts'
import type { LatencyRow } from './latency-report.ts'

const RESOLUTION_MS = 10

export class EventLoopDelay {
  readonly #histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })

  start(): void {
    this.#histogram.enable()
  }

  stop(): void {
    this.#histogram.disable()
  }

  row(): LatencyRow {
    const histogram = this.#histogram
    const { count } = histogram
    const at = (percentile: number) => (count === 0 ? 0 : lateUs(histogram.percentile(percentile)))
    const max = count === 0 ? 0 : lateUs(histogram.max)
    return {
      name: 'event_loop_delay',
      summary: { count, p50: at(50), p99: at(99), p999: at(99.9), max },
    }
  }
}

/** The monitor counts from timer to timer, so its own interval comes off. */
function lateUs(intervalNs: number): number {
  return Math.max(0, intervalNs - RESOLUTION_MS * NS_PER_MS) / NS_PER_US
}
