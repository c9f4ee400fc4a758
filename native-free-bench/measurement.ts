// What every benchmark yields: one line of the goal table, measured beside something named. Figures
// of one run are only good for ratios; the absolute ones are printed for orientation.

/**
 * How a line is judged.
 * - `peer`: another way to do the same job; ratio = theirs / ours, more is better.
 * - `reference`: what the machine can do at best (C, say); ratio = ours / theirs, less is better.
 */
export type Relation = 'peer' | 'reference'

export interface Measurement {
  /** Row of the goal table (`1` … `17`, `15a`); '' for a line that has no goal there. */
  readonly row: string
  /** What was measured; with `against` it is the line's identity from run to run. */
  readonly name: string
  /** The peer or the reference, by name. */
  readonly against: string
  readonly relation: Relation
  /** Of `ours` and `theirs`. */
  readonly unit: 'ns' | 'us' | 'ms' | 'bytes' | 'count'
  /** Medians over the rounds. */
  readonly ours: number
  readonly theirs: number
  /** One ratio a round, each inside its own interleaved round. */
  readonly ratios: readonly number[]
  /** The ratio to reach: at least it for a peer, at most it for a reference; null = information. */
  readonly goal: number | null
  /** False when this machine's noise makes the ratio meaningless; the figures still stand. */
  readonly isMeasurable: boolean
  /** False for what swings too much to be held from run to run: of it only a goal is guarded. */
  readonly isHeld: boolean
}

/** Some lines that are measured together. */
export interface Suite {
  /** Chosen by `--only`, so it says what it is about. */
  readonly name: string
  readonly measure: (options: BenchOptions) => Promise<Measurement[]>
}

export interface BenchOptions {
  readonly rounds: number
  /** Time for each side of a case in a round. */
  readonly timeMs: number
  /** Only suites and cases whose name contains this. */
  readonly only: string
  /** Where the JSON goes; '' prints no JSON. */
  readonly json: string
}

/** A percentile's ratio counts only while the peer's own stays within this over the rounds. */
export const P99_SPREAD_MAX = 1.5

export function ratioOf(measurement: Measurement): number {
  return median(measurement.ratios)
}

export function ratio(relation: Relation, ours: number, theirs: number): number {
  return relation === 'peer' ? theirs / ours : ours / theirs
}

/** True when each of the figures is within P99_SPREAD_MAX of each other one. */
export function isSteady(figures: readonly number[]): boolean {
  return Math.max(...figures) / Math.min(...figures) < P99_SPREAD_MAX
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

export function quantile(values: readonly number[], fraction: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))]!
}

/**
 * A measurement from its rounds. `ours` and `theirs` hold one figure a round, taken in turn.
 * `isMeasurable` is asked for percentiles beyond the median.
 */
export function measured(
  line: Pick<Measurement, 'row' | 'name' | 'against' | 'unit' | 'goal'> & {
    readonly relation?: Relation
    readonly isMeasurable?: boolean
    readonly isHeld?: boolean
  },
  ours: readonly number[],
  theirs: readonly number[],
): Measurement {
  if (ours.length === 0 || ours.length !== theirs.length) {
    throw new Error(`${line.name}: both sides need a figure for each round`)
  }
  const relation = line.relation ?? 'peer'
  return {
    row: line.row,
    name: line.name,
    against: line.against,
    relation,
    unit: line.unit,
    ours: median(ours),
    theirs: median(theirs),
    ratios: ours.map((figure, round) => ratio(relation, figure, theirs[round]!)),
    goal: line.goal,
    isMeasurable: line.isMeasurable ?? true,
    isHeld: line.isHeld ?? true,
  }
}
