// The same records in SQLite, as one would keep them there: a typed table, write-ahead logging,
// `synchronous = FULL` (every commit is synced), one prepared insert, a transaction for each group.
import { createRequire } from 'node:module'

export type SqlitePackage = 'better-sqlite3' | 'node:sqlite'

/** Columns of one row, in the table's order. */
export type SqliteRow = readonly number[]

/** What both packages have in common, as far as it is used. */
interface Database {
  exec(sql: string): void
  prepare(sql: string): Statement
  close(): void
}

interface Statement {
  run(...values: readonly number[]): unknown
  get(): unknown
}

const COLUMNS = [
  'sequence INTEGER PRIMARY KEY',
  'now_ns REAL',
  'price_units REAL',
  'qty_units REAL',
  'client_id_hi INTEGER',
  'client_id_lo INTEGER',
  'task INTEGER',
  'instrument INTEGER',
  'account INTEGER',
  'side INTEGER',
  'type INTEGER',
  'time_in_force INTEGER',
  'reduce_only INTEGER',
]

export class SqliteJournal {
  readonly #database: Database
  readonly #insert: Statement
  readonly #begin: Statement
  readonly #commit: Statement

  constructor(from: SqlitePackage, path: string) {
    const database = open(from, path)
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    database.exec(`CREATE TABLE order_created (${COLUMNS.join(', ')})`)
    const placeholders = COLUMNS.map(() => '?').join(', ')
    this.#insert = database.prepare(`INSERT INTO order_created VALUES (${placeholders})`)
    this.#begin = database.prepare('BEGIN')
    this.#commit = database.prepare('COMMIT')
    this.#database = database
  }

  get count(): number {
    const { count } = this.#database
      .prepare('SELECT count(*) AS count FROM order_created')
      .get() as { count: number }
    return count
  }

  /** On the medium when this returns. */
  append(rows: readonly SqliteRow[]): void {
    this.#begin.run()
    for (const row of rows) this.#insert.run(...row)
    this.#commit.run()
  }

  close(): void {
    this.#database.close()
  }
}

function open(from: SqlitePackage, path: string): Database {
  const require = createRequire(import.meta.url)
  if (from === 'node:sqlite') {
    const { DatabaseSync } = require('node:sqlite') as {
      DatabaseSync: new (path: string) => Database
    }
    return new DatabaseSync(path)
  }
  return new (require('better-sqlite3') as new (path: string) => Database)(path)
}
