import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EventLoopDelay } from '#telemetry/event-loop-delay.ts'
import { bucketMiddleNs, LATENCY_BUCKETS, LatencyRecorder } from '#telemetry/latency-recorder.ts'
import {
  durationText,
  latencyJson,
  latencyRow,
  latencyTable,
  summarize,
} from '#telemetry/latency-report.ts'

function recorded(durationsNs: readonly number[]): LatencyRecorder {
  const recorder = new LatencyRecorder('turn')
  for (const ns of durationsNs) recorder.record(ns)
  return recorder
}

function onlyBucketOf(durationNs: number): number {
  return recorded([durationNs]).counts.findIndex((count) => count > 0)
}

describe('latency recorder', () => {
  test('a bucket stands for its durations within 1 %', () => {
    const anyDuration = fc.oneof(
      fc.nat(300),
      fc.nat(2 ** 31 - 1),
      fc.nat(2 ** 20).map((n) => n * 2 ** 20),
    )
    fc.assert(
      fc.property(anyDuration, (ns) => {
        const middle = bucketMiddleNs(onlyBucketOf(ns))
        expect(Math.abs(middle - ns)).toBeLessThanOrEqual(Math.max(0.5, ns / 100))
      }),
      { numRuns: 2_000 },
    )
  })

  test('longer durations never fall into lower buckets', () => {
    let last = -1
    for (let ns = 0; ns < 2 ** 42; ns = Math.ceil(ns * 1.05 + 0.5)) {
      const bucket = onlyBucketOf(ns)
      expect(bucket).toBeGreaterThanOrEqual(last)
      last = bucket
    }
    expect(last).toBeLessThan(LATENCY_BUCKETS)
  })

  test('absurd durations are counted at the ends', () => {
    expect(onlyBucketOf(-5)).toBe(0)
    expect(onlyBucketOf(0.4)).toBe(0)
    expect(onlyBucketOf(1e18)).toBe(onlyBucketOf(1e15))
  })
})

describe('latency report', () => {
  test('percentiles agree with sorting, max is exact', () => {
    const durations = fc.array(fc.integer({ min: 200, max: 50_000_000 }), { minLength: 1 })
    fc.assert(
      fc.property(durations, (ns) => {
        const sorted = ns.toSorted((a, b) => a - b)
        const rank = (p: number) => sorted[Math.ceil((p / 100) * sorted.length) - 1]! / 1_000
        const summary = summarize(recorded(ns))
        expect(summary.count).toBe(ns.length)
        expect(summary.max).toBe(sorted.at(-1)! / 1_000)
        for (const [seen, expected] of [
          [summary.p50, rank(50)],
          [summary.p99, rank(99)],
          [summary.p999, rank(99.9)],
        ] as const) {
          expect(Math.abs(seen - expected)).toBeLessThanOrEqual(expected * 0.01)
        }
      }),
    )
  })

  test('the table shows units, and a dash where nothing was measured', () => {
    const rows = [
      latencyRow(recorded([8_000, 8_000, 35_000_000])),
      latencyRow(new LatencyRecorder('ack')),
    ]
    const [head, turn, ack] = latencyTable(rows).split('\n')
    expect(head).toMatch(/^latency +count +p50 +p99 +p99\.9 +max$/)
    expect(turn).toMatch(/^turn +3 +(8\.0\d|7\.9\d) µs +3[45]\.\d ms +3[45]\.\d ms +35\.0 ms$/)
    expect(ack).toMatch(/^ack +0 +- +- +- +-$/)
    expect([durationText(0.25), durationText(123.4), durationText(2_500_000)]).toEqual([
      '0.25 µs',
      '123 µs',
      '2.50 s',
    ])
  })

  test('JSON names the unit in the key', () => {
    expect(latencyJson([latencyRow(recorded([1_000]))])).toEqual({
      turn_us: { count: 1, p50: 1, p99: 1, p999: 1, max: 1 },
    })
  })

  test('an empty recorder and a reset one report zeros', () => {
    const recorder = recorded([5])
    recorder.reset()
    expect(summarize(recorder)).toEqual({ count: 0, p50: 0, p99: 0, p999: 0, max: 0 })
  })

  test('the event loop delay is a row like the others', async () => {
    const delay = new EventLoopDelay()
    expect(delay.row().summary).toEqual({ count: 0, p50: 0, p99: 0, p999: 0, max: 0 })
    delay.start()
    while (delay.row().summary.count === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    delay.stop()
    const { name, summary } = delay.row()
    expect(name).toBe('event_loop_delay')
    expect(summary.max).toBeGreaterThanOrEqual(summary.p50)
  })
})
