// One planted bug: a small change of the production code that a tired engineer might make, kept as
// the text that is there and the text to put instead. The exploration must find every one of them;
// what it never finds it would not find in earnest either.
import { readFileSync, writeFileSync } from 'node:fs'

export interface Planting {
  readonly name: string
  /** What went wrong in the engineer's head. */
  readonly standsFor: string
  /** Below the root of the sources. */
  readonly file: string
  /** Stands exactly once in the file. */
  readonly find: string
  readonly put: string
  /** What the exploration says is broken. */
  readonly says: RegExp
}

/** By name: the seed that finds it, written by search.ts. */
export type RecordedSeeds = Readonly<Record<string, number>>

const SEEDS_PATH = new URL('./seeds.json', import.meta.url)

export function readSeeds(): RecordedSeeds {
  return JSON.parse(readFileSync(SEEDS_PATH, 'utf8')) as RecordedSeeds
}

export function writeSeeds(seeds: RecordedSeeds): void {
  const inOrder = Object.entries(seeds).toSorted(([a], [b]) => (a < b ? -1 : 1))
  writeFileSync(SEEDS_PATH, `${JSON.stringify(Object.fromEntries(inOrder), null, 2)}\n`)
}

/** @throws Error that says which bug no longer fits and what to do about it. */
export function planted({ name, file, find, put }: Planting, source: string): string {
  const times = source.split(find).length - 1
  if (times === 1) return source.replace(find, () => put)
  const found = times === 0 ? 'no longer stands' : `stands ${times} times`
  throw new Error(
    `planted bug "${name}" does not fit any more: its text ${found} in ${file}. The code has ` +
      'changed: say in test/planted/plantings.ts how the same mistake would be made in it now, ' +
      `then record a seed that finds it: node test/planted/search.ts --only ${name}`,
  )
}
