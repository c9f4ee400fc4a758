// Hot path.
// Counts durations in log-linear buckets: 64 to each power of two, so a bucket is at most 1/64
// wide and its middle at most 0.8 % off. Percentiles are for latency-report.ts, which folds the
// counts into an HDR histogram.
//
// A double is its own logarithm: the exponent says which power of two, the first six bits of the
// fraction which of its 64 buckets, and both lie side by side. Recording is a store, a shift and
// an add.
//
//   high word:  63 sign │ 62 … 52 exponent │ 51 … 46 bucket │ the rest is inside the bucket
//   bucket:     0 below 1 ns │ 1 … 64: 1 ns │ 65 … 128: 2–3 ns │ … whole ns are exact up to 127

const SUB_BUCKETS = 64
const SUB_BUCKET_BITS = 6
/** Powers of two told apart: durations from 2^41 ns (36 min) on count as the longest bucket. */
const POWERS = 41
const HIGH_WORD_SHIFT = 20 - SUB_BUCKET_BITS
/** The bucket before that of 1 ns, whose exponent is stored as 1,023. */
const BUCKETS_BELOW_ONE = 1_023 * SUB_BUCKETS - 1

export const LATENCY_BUCKETS = POWERS * SUB_BUCKETS + 1
const LONGEST_BUCKET = LATENCY_BUCKETS - 1

const double = new Float64Array(1)
const words = new Int32Array(double.buffer)

export class LatencyRecorder {
  readonly name: string
  /** Durations in each bucket; `bucketMiddleNs` says what a bucket stands for. */
  readonly counts = new Float64Array(LATENCY_BUCKETS)
  #maxNs = 0

  /** `name` is the row in reports: `tick_to_order`, `turn`, `ack`. */
  constructor(name: string) {
    this.name = name
  }

  /** Summed when asked: a report asks once, a second count would cost every record. */
  get count(): number {
    let sum = 0
    for (let bucket = 0; bucket < LATENCY_BUCKETS; bucket++) sum += this.counts[bucket]!
    return sum
  }

  /** Exact. */
  get maxNs(): number {
    return this.#maxNs
  }

  /** A duration below 0 (clocks of two threads) counts as 0, one beyond 36 minutes as that. */
  record(durationNs: number): void {
    if (durationNs > this.#maxNs) this.#maxNs = durationNs
    double[0] = durationNs
    const bucket = (words[1]! >> HIGH_WORD_SHIFT) - BUCKETS_BELOW_ONE
    // The sign bit makes a negative duration a negative word.
    this.counts[bucket < 0 ? 0 : bucket > LONGEST_BUCKET ? LONGEST_BUCKET : bucket]!++
  }

  reset(): void {
    this.counts.fill(0)
    this.#maxNs = 0
  }
}

/** The duration in the middle of a bucket, ns. */
export function bucketMiddleNs(bucket: number): number {
  if (bucket === 0) return 0
  const power = Math.floor((bucket - 1) / SUB_BUCKETS)
  const widthNs = 2 ** power / SUB_BUCKETS
  const lowNs = 2 ** power + ((bucket - 1) % SUB_BUCKETS) * widthNs
  // Durations are whole ns: the last one of a bucket is 1 ns below the next bucket.
  return widthNs <= 1 ? lowNs : lowNs + (widthNs - 1) / 2
}
