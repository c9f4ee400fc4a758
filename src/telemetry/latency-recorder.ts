// Hot path.
// Counts durations in log-linear buckets: 64 to each power of two, so a bucket is at most 1/64
// wide and its middle at most 0.8 % off. Recording is one count leading zeros, one shift and one
// add. Percentiles are for latency-report.ts, which folds the counts into an HDR histogram.
//
//   bucket:  0 … 127 exact ns │ 128 … 191: 128–255 ns by 2 │ 192 … 255: 256–511 ns by 4 │ …

const SUB_BUCKETS = 64
const SUB_BUCKET_BITS = 6
/** Durations are capped here (2.1 s · 1024 = 36 min): longer ones count as this. */
const COARSE_SHIFT_NS = 1_024
const FINE_MAX_NS = 2 ** 31 - 1
const DURATION_MAX_NS = FINE_MAX_NS * COARSE_SHIFT_NS
const FINE_BUCKETS = (31 - SUB_BUCKET_BITS + 1) * SUB_BUCKETS
const COARSE_OFFSET = 10 * SUB_BUCKETS

export const LATENCY_BUCKETS = FINE_BUCKETS + COARSE_OFFSET

export class LatencyRecorder {
  readonly name: string
  /** Durations in each bucket; `bucketMiddleNs` says what a bucket stands for. */
  readonly counts = new Float64Array(LATENCY_BUCKETS)
  #count = 0
  #maxNs = 0

  /** `name` is the row in reports: `tick_to_order`, `turn`, `ack`. */
  constructor(name: string) {
    this.name = name
  }

  get count(): number {
    return this.#count
  }

  /** Exact. */
  get maxNs(): number {
    return this.#maxNs
  }

  /** A duration below 0 (clocks of two threads) counts as 0, one beyond 36 minutes as that. */
  record(durationNs: number): void {
    if (durationNs > this.#maxNs) this.#maxNs = durationNs
    this.#count++
    this.counts[bucketOf(durationNs)]!++
  }

  reset(): void {
    this.counts.fill(0)
    this.#count = 0
    this.#maxNs = 0
  }
}

function bucketOf(durationNs: number): number {
  if (durationNs <= FINE_MAX_NS) return fineBucketOf(durationNs > 0 ? durationNs | 0 : 0)
  const capped = durationNs < DURATION_MAX_NS ? durationNs : DURATION_MAX_NS
  return fineBucketOf((capped / COARSE_SHIFT_NS) | 0) + COARSE_OFFSET
}

function fineBucketOf(ns: number): number {
  const shift = 31 - SUB_BUCKET_BITS - Math.clz32(ns)
  return shift <= 0 ? ns : shift * SUB_BUCKETS + (ns >> shift)
}

/** The duration in the middle of a bucket, ns. */
export function bucketMiddleNs(bucket: number): number {
  if (bucket < 2 * SUB_BUCKETS) return bucket
  const shift = Math.floor(bucket / SUB_BUCKETS) - 1
  const low = (bucket - shift * SUB_BUCKETS) * 2 ** shift
  return low + (2 ** shift - 1) / 2
}
