// What a side of the soak has told so far, and what follows from it: figures for every ten seconds,
// and whether the heap grew by more than it goes up and down anyway.
import { median, quantile } from '../native-free-bench/measurement.ts'
import type { SoakSample, SoakSide } from './soak-messages.ts'

/** Long enough for p99, short enough to see it change. */
export const SPAN_SECONDS = 10
const FIFTHS = 5

/** Ten seconds of one side. */
export interface SoakSpan {
  readonly startS: number
  readonly endS: number
  readonly p50Us: number
  readonly p99Us: number
  readonly requests: number
  /** Least of its samples: nearest to what stays after a collection. */
  readonly heapFloorBytes: number
}

export interface HeapVerdict {
  readonly firstBytes: number
  readonly lastBytes: number
  readonly growthBytes: number
  /** The widest range of floors within a fifth. */
  readonly noiseBytes: number
  readonly isWithinNoise: boolean
}

export type Stories = Readonly<Record<SoakSide, SoakStory>>

export class SoakStory {
  readonly samples: (Omit<SoakSample, 'kind' | 'reactionsUs'> & { readonly atS: number })[] = []
  readonly spans: SoakSpan[] = []
  /** Written since the side began. */
  requests = 0
  #reactionsUs: number[] = []
  #spanStartS = 0

  add({ kind: _kind, reactionsUs, ...sample }: SoakSample, atS: number): void {
    this.samples.push({ ...sample, atS })
    this.#reactionsUs.push(...reactionsUs)
    this.requests += sample.requests
    if (atS - this.#spanStartS >= SPAN_SECONDS) this.#endSpan(atS)
  }

  /** Collections between two moments. */
  collections(kind: 'scavenges' | 'markSweeps', fromS: number): number {
    const counted = this.samples.filter(({ atS }) => atS >= fromS)
    return (counted.at(-1)?.[kind] ?? 0) - (counted[0]?.[kind] ?? 0)
  }

  requestsSince(fromS: number): number {
    const counted = this.samples.filter(({ atS }) => atS >= fromS)
    return counted.reduce((sum, { requests }) => sum + requests, 0)
  }

  /** Null while there are not even two spans in a fifth. */
  heapVerdict(fromS: number): HeapVerdict | null {
    const floors = this.#since(fromS).map(({ heapFloorBytes }) => heapFloorBytes)
    const size = Math.floor(floors.length / FIFTHS)
    if (size < 2) return null
    const fifths = Array.from({ length: FIFTHS }, (_, i) => {
      const start = Math.round((i * (floors.length - size)) / (FIFTHS - 1))
      return floors.slice(start, start + size)
    })
    const firstBytes = median(fifths[0]!)
    const lastBytes = median(fifths.at(-1)!)
    const growthBytes = lastBytes - firstBytes
    const noiseBytes = Math.max(...fifths.map(rangeOf))
    return {
      firstBytes,
      lastBytes,
      growthBytes,
      noiseBytes,
      isWithinNoise: growthBytes <= noiseBytes,
    }
  }

  #since(fromS: number): SoakSpan[] {
    return this.spans.filter(({ startS }) => startS >= fromS)
  }

  #endSpan(endS: number): void {
    const reactionsUs = this.#reactionsUs
    const samples = this.samples.filter(({ atS }) => atS > this.#spanStartS)
    this.spans.push({
      startS: this.#spanStartS,
      endS,
      p50Us: reactionsUs.length === 0 ? NaN : quantile(reactionsUs, 0.5),
      p99Us: reactionsUs.length === 0 ? NaN : quantile(reactionsUs, 0.99),
      requests: samples.reduce((sum, { requests }) => sum + requests, 0),
      heapFloorBytes: Math.min(...samples.map(({ heapBytes }) => heapBytes)),
    })
    this.#reactionsUs = []
    this.#spanStartS = endS
  }
}

const rangeOf = (values: readonly number[]): number => Math.max(...values) - Math.min(...values)
