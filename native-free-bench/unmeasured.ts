// What a suite could not measure on this machine, and why: a missing compiler, say. A suite that
// returns fewer lines than usual says it here; the release gate takes silence for a fault.
import { print } from './report.ts'

export interface Unmeasured {
  /** The peer or reference whose lines are missing; '' for all lines of the suite. */
  readonly against: string
  readonly why: string
}

const reasons: Unmeasured[] = []

/** Prints the reason and remembers it for the gate. */
export function couldNotMeasure(suite: string, against: string, why: string): void {
  print(`${suite}${against === '' ? '' : `, against ${against}`}: ${why}\n`)
  reasons.push({ against, why })
}

/** Everything that this process could not measure. */
export const unmeasured = (): readonly Unmeasured[] => reasons
