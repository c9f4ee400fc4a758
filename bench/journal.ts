// Records of an order made durable in groups of 256: the journal against SQLite in both its
// packages, on the same directory. A record counts from its append until a sync covers it.
//
// The journal runs as it is deployed: this thread appends, the worker writes and syncs what has
// come together meanwhile, at most 256 records a sync. SQLite does everything on this thread, a
// transaction for each 256. What the disk itself takes is measured beside them: the same bytes
// appended to a bare file, a write and an fdatasync for each group. Where that swings from round
// to round, or the folder is no disk at all, the lines say that they are worth nothing.
import {
  closeSync,
  fdatasyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { RealClock } from '#core/real-clock.ts'
import { monoNs } from '#core/units.ts'
import { openJournal } from '#journal/journal-host.ts'
import type { Journal } from '#journal/journal.ts'
import { spawnWorker } from '#loop/spawn-worker.ts'
import { OrderTable } from '#order/order-table.ts'
import {
  isSteady,
  measured,
  median,
  type Measurement,
  type Suite,
} from '../native-free-bench/measurement.ts'
import { measurementLine, print } from '../native-free-bench/report.ts'
import { arePeersInstalled } from './peers/installed.ts'
import type { SqliteJournal, SqlitePackage, SqliteRow } from './peers/sqlite-journal.ts'

const NAME = 'journal'
const GROUP_RECORDS = 256
/** Written in one go, and how often in a round: the disk changes its speed by the moment. */
const GROUPS = 100
const SLICES = 4
const RECORDS = GROUPS * GROUP_RECORDS
const RECORD_BYTES = 72
const GOAL = 3
const TMPFS_MAGIC = 0x0102_1994
const FOLDER = join(import.meta.dirname, 'out')

export const journalSuite: Suite = {
  name: NAME,
  measure: async ({ rounds, only }) => {
    if (!NAME.includes(only) || !arePeersInstalled(NAME, 'better-sqlite3')) return []
    mkdirSync(FOLDER, { recursive: true })
    const directory = mkdtempSync(join(FOLDER, 'journal-'))
    try {
      const measurements = await journals(directory, rounds)
      for (const measurement of measurements) print(`${measurementLine(measurement)}\n`)
      return measurements
    } finally {
      rmSync(directory, { recursive: true })
    }
  },
}

/** Makes so many records durable; resolves when they are. */
interface Writer {
  readonly write: () => Promise<void>
  readonly close: () => Promise<void>
}

async function journals(directory: string, rounds: number): Promise<Measurement[]> {
  const { SqliteJournal } = await import('./peers/sqlite-journal.ts')
  const sqlite = (from: SqlitePackage, file: string): Writer =>
    sqliteWriter(new SqliteJournal(from, join(directory, file)))
  const writers = {
    floe: await floeWriter(join(directory, 'state')),
    better: sqlite('better-sqlite3', 'better.db'),
    node: sqlite('node:sqlite', 'node.db'),
    bare: bareWriter(join(directory, 'bare')),
  }
  try {
    const ns = await figures(writers, rounds)
    const isOnDisk = statfsSync(directory).type !== TMPFS_MAGIC
    const isMeasurable = isOnDisk && isSteady(ns.bare)
    const line = {
      row: '13',
      name: 'order record, until synced',
      unit: 'ns',
      isMeasurable,
    } as const
    const disk = { ...line, goal: null, relation: 'reference' } as const
    return [
      measured({ ...line, goal: GOAL, against: 'better-sqlite3' }, ns.floe, ns.better),
      measured({ ...line, goal: GOAL, against: 'node:sqlite' }, ns.floe, ns.node),
      measured({ ...disk, against: 'write + fdatasync' }, ns.floe, ns.bare),
    ]
  } finally {
    for (const writer of Object.values(writers)) await writer.close()
  }
}

/** ns a record, one figure a round for each writer. */
async function figures<Name extends string>(
  writers: Record<Name, Writer>,
  rounds: number,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(writers) as Name[]
  const ns = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<
    Name,
    number[]
  >
  for (const name of names) await writers[name].write()
  for (let round = 0; round < rounds; round++) {
    const slices = names.map((): number[] => [])
    for (let slice = 0; slice < SLICES; slice++) {
      const order = names.map((name, index) => ({ name, index }))
      for (const { name, index } of slice % 2 === 0 ? order : order.toReversed()) {
        const startMs = performance.now()
        await writers[name].write()
        slices[index]!.push(((performance.now() - startMs) * 1e6) / RECORDS)
      }
    }
    for (const [index, name] of names.entries()) ns[name].push(median(slices[index]!))
  }
  return ns
}

async function floeWriter(stateDir: string): Promise<Writer> {
  const clock = new RealClock()
  const host = await openJournal(stateDir, {
    instance: 1,
    clock,
    spawnJournalWorker: (data) => spawnWorker('journal', data),
  })
  const journal = host.start({ configHash: 'bench', mode: 'sim' })
  const orders = new OrderTable(GROUP_RECORDS)
  for (let i = 0; i < GROUP_RECORDS; i++) fillOrder(orders, i)
  return {
    write: async () => {
      for (let i = 0; i < RECORDS; i++) append(journal, orders, i)
      await until(() => journal.syncedSequence === journal.sequence)
    },
    close: async () => {
      if (!(await host.close(true, clock.nowNs()))) throw new Error('the journal lost records')
    },
  }
}

function append(journal: Journal, orders: OrderTable, i: number): void {
  const outcome = journal.orderCreated(orders, i % GROUP_RECORDS, monoNs(1_000 + i))
  if (outcome !== 0) throw new Error('the journal is full')
}

function fillOrder(orders: OrderTable, i: number): void {
  const order = orders.take(0x4080_0200, i)
  orders.setTask(order, 3)
  orders.setInstrument(order, 7)
  orders.setAccount(order, 1)
  orders.setSide(order, 1)
  orders.setType(order, 2)
  orders.setPriceUnits(order, 4_325_000 + i)
  orders.setQtyUnits(order, 10_000 + i)
}

function sqliteWriter(journal: SqliteJournal): Writer {
  let sequence = 0
  return {
    write: async () => {
      for (let group = 0; group < GROUPS; group++) {
        const rows: SqliteRow[] = []
        for (let i = 0; i < GROUP_RECORDS; i++) rows.push(row(++sequence, i))
        journal.append(rows)
      }
    },
    close: async () => {
      if (journal.count !== sequence) throw new Error('SQLite lost records')
      journal.close()
    },
  }
}

/** The same values as an order's row, in the columns' order. */
function row(sequence: number, i: number): SqliteRow {
  return [
    sequence,
    1_000 + sequence,
    4_325_000 + i,
    10_000 + i,
    0x4080_0200,
    i,
    3,
    7,
    1,
    1,
    2,
    0,
    0,
  ]
}

function bareWriter(path: string): Writer {
  const file = openSync(path, 'w')
  const group = Buffer.alloc(GROUP_RECORDS * RECORD_BYTES, 1)
  let position = 0
  return {
    write: async () => {
      for (let i = 0; i < GROUPS; i++) {
        position += writeSync(file, group, 0, group.length, position)
        fdatasyncSync(file)
      }
    },
    close: async () => closeSync(file),
  }
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await delay(1)
}
