// A series of seeds that is gone on with: which ones are done and what they came to, in a file that
// is replaced whole.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { EngineError } from '#core/engine-error.ts'
import { parseJsonObject } from '#core/json.ts'
import { Tally, type TallyData } from '#explore/tally.ts'

/** First and last, both included. */
export type SeedRange = readonly [first: number, last: number]

interface SeriesData {
  readonly version: number
  /** Which code did how many seeds: `git describe`, '' where git does not know. */
  readonly code: Record<string, number>
  readonly ranges: readonly SeedRange[]
  readonly tally: TallyData
}

const VERSION = 1

export class SeedSeries {
  readonly tally: Tally
  readonly #path: string
  readonly #code: Record<string, number>
  readonly #done: Set<number>
  readonly #codeNow = codeText()

  /** @throws EngineError `bad_series` for a file that is none. */
  constructor(path: string) {
    this.#path = path
    const known = readSeries(path)
    this.tally = new Tally(known?.tally)
    this.#code = { ...known?.code }
    this.#done = new Set((known?.ranges ?? []).flatMap(seedsOf))
  }

  isDone(seed: number): boolean {
    return this.#done.has(seed)
  }

  /** The tally has been told already. */
  done(seed: number): void {
    this.#done.add(seed)
    this.#code[this.#codeNow] = (this.#code[this.#codeNow] ?? 0) + 1
  }

  save(): void {
    const ranges = rangesOf(this.#done)
    const data: SeriesData = {
      version: VERSION,
      code: this.#code,
      ranges,
      tally: this.tally.data(),
    }
    writeFileSync(`${this.#path}.new`, `${JSON.stringify(data, null, 2)}\n`)
    renameSync(`${this.#path}.new`, this.#path)
  }
}

function readSeries(path: string): SeriesData | null {
  if (!existsSync(path)) return null
  const data = parseJsonObject(readFileSync(path, 'utf8'), path)
  if (isSeries(data)) return data
  throw new EngineError('bad_series', `${path}: not a series of explored seeds of this version`)
}

function isSeries(data: object): data is SeriesData {
  return 'version' in data && data.version === VERSION && 'tally' in data && 'ranges' in data
}

const seedsOf = ([first, last]: SeedRange): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index)

function rangesOf(seeds: ReadonlySet<number>): SeedRange[] {
  const ranges: [number, number][] = []
  for (const seed of [...seeds].toSorted((a, b) => a - b)) {
    const last = ranges.at(-1)
    if (last !== undefined && last[1] === seed - 1) last[1] = seed
    else ranges.push([seed, seed])
  }
  return ranges
}

function codeText(): string {
  try {
    const said = execFileSync('git', ['describe', '--always', '--dirty'], { stdio: 'pipe' })
    return said.toString().trim()
  } catch {
    return ''
  }
}
