// What a start costs in CPU: a hundred running tasks, ten thousand with thirty thousand orders, and
// a journal that a million older records have made long, with and without a snapshot.
//
// Each start is a process of its own on a copy of the same state directory, so that nothing is warm
// and nothing was compacted before; what is counted begins when the engine starts to read and ends
// with its first question to the venue. The operating system has the files in memory for all alike.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { compactSegments } from '#journal/compaction.ts'
import { NodeDisk } from '#journal/node-disk.ts'
import { readSegments } from '#journal/reader.ts'
import { journalDirectory, segmentFiles } from '#journal/state-dir.ts'
import { snapshotOf } from '#loop/snapshot.ts'
import { measured, type Measurement, type Suite } from '../native-free-bench/measurement.ts'
import { measurementLine, print } from '../native-free-bench/report.ts'
import { writeJournal, type JournalSize } from './recovery-journal.ts'

const NAME = 'recovery'
const ROW = '16'
const BOUND_MS = 5_000
const OLD_RECORDS = 1_000_000
/** A start that grew with the journal's age would be far beyond. */
const EVEN_MAX = 1.5
const FOLDER = join(import.meta.dirname, 'out')
const START = join(import.meta.dirname, 'recovery-start.ts')

const FEW: JournalSize = { tasks: 100, instruments: 20, ordersPerTask: 1, oldRecords: 0 }
const MANY: JournalSize = { tasks: 10_000, instruments: 500, ordersPerTask: 3, oldRecords: 0 }

interface Journal {
  readonly size: JournalSize
  readonly isCompacted: boolean
}

const JOURNALS = {
  few: { size: FEW, isCompacted: false },
  many: { size: MANY, isCompacted: false },
  fewOld: { size: { ...FEW, oldRecords: OLD_RECORDS }, isCompacted: false },
  fewOldCompacted: { size: { ...FEW, oldRecords: OLD_RECORDS }, isCompacted: true },
  manyOld: { size: { ...MANY, oldRecords: OLD_RECORDS }, isCompacted: false },
  manyOldCompacted: { size: { ...MANY, oldRecords: OLD_RECORDS }, isCompacted: true },
} as const satisfies Record<string, Journal>
type JournalName = keyof typeof JOURNALS

export const recoverySuite: Suite = {
  name: NAME,
  measure: async ({ rounds, only }) => {
    if (!NAME.includes(only)) return []
    mkdirSync(FOLDER, { recursive: true })
    const folder = mkdtempSync(join(FOLDER, 'recovery-'))
    try {
      const measurements = linesOf(figures(folder, rounds))
      for (const measurement of measurements) print(`${measurementLine(measurement)}\n`)
      return measurements
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
}

/** Milliseconds, one figure a round for each journal. */
function figures(folder: string, rounds: number): Record<JournalName, number[]> {
  const names = Object.keys(JOURNALS) as JournalName[]
  for (const name of names) prepare(join(folder, name), JOURNALS[name])
  const ms = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<
    JournalName,
    number[]
  >
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      ms[name].push(startMs(join(folder, name), JOURNALS[name].size))
    }
  }
  return ms
}

function prepare(stateDir: string, { size, isCompacted }: Journal): void {
  writeJournal(stateDir, size, Date.now() * 1_000)
  if (!isCompacted) return
  const directory = journalDirectory(stateDir)
  const files = segmentFiles(directory)
  compactSegments(new NodeDisk(directory), files, readSegments(files), snapshotOf)
}

function startMs(stateDir: string, { tasks, instruments, ordersPerTask }: JournalSize): number {
  const copy = `${stateDir}-started`
  cpSync(stateDir, copy, { recursive: true })
  const output = execFileSync(process.execPath, [START, copy, `${instruments}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  })
  rmSync(copy, { recursive: true })
  const started: { cpuMs: number; tasks: number; orders: number } = JSON.parse(output)
  if (started.tasks !== tasks || started.orders !== ordersPerTask * tasks) {
    throw new Error(`restored ${started.tasks} tasks and ${started.orders} orders`)
  }
  return started.cpuMs
}

function linesOf(ms: Record<JournalName, number[]>): Measurement[] {
  const old = 'behind 1 million old records'
  const without = 'without a snapshot'
  return [
    beside('100 tasks', ms.few),
    beside('10,000 tasks, 30,000 orders', ms.many),
    beside(`10,000 tasks, 30,000 orders, ${old}`, ms.manyOldCompacted),
    peer(`100 tasks ${old}`, without, ms.fewOldCompacted, ms.fewOld),
    peer(`10,000 tasks ${old}`, without, ms.manyOldCompacted, ms.manyOld),
    even(`100 tasks ${old}`, ms.fewOldCompacted, ms.few),
    even(`10,000 tasks ${old}`, ms.manyOldCompacted, ms.many),
  ]
}

/** A figure beside a bound moves with the machine's speed: what it must hold is the bound. */
function beside(name: string, figuresMs: readonly number[]): Measurement {
  const line = { row: ROW, name: `${NAME}: ${name}`, against: 'the bound' } as const
  return measured(
    { ...line, relation: 'peer', unit: 'ms', goal: 1, isHeld: false },
    figuresMs,
    figuresMs.map(() => BOUND_MS),
  )
}

function peer(
  name: string,
  against: string,
  ours: readonly number[],
  theirs: readonly number[],
): Measurement {
  const line = { row: ROW, name: `${NAME}: ${name}, with a snapshot`, against } as const
  return measured({ ...line, relation: 'peer', unit: 'ms', goal: null }, ours, theirs)
}

function even(name: string, ours: readonly number[], theirs: readonly number[]): Measurement {
  const line = { row: ROW, name: `${NAME}: ${name}`, against: 'none older' } as const
  return measured({ ...line, relation: 'reference', unit: 'ms', goal: EVEN_MAX }, ours, theirs)
}
