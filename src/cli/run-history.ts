// What an earlier run left behind, and what this one does with it: continue what is unfinished,
// archive what is finished, begin anew on request. The first line a user reads says which.
import { existsSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { EngineError } from '#core/engine-error.ts'
import type { JournalHost } from '#journal/journal-host.ts'
import { endingText } from '#journal/reader.ts'
import { Past, type PastTask } from '#loop/past.ts'
import { IcebergState, isIcebergDone } from '#task/iceberg-states.ts'

export interface RunHistory {
  readonly past: Past
  readonly firstLine: string
  /** The oldest incarnation whose orders belong to the tasks; null = only the one that begins. */
  readonly incarnationFirst: number | null
}

export interface HistoryOptions {
  readonly fresh: boolean
  /** sim: the venue's ledger goes into the archive with its run. */
  readonly venueDirectory: string | null
}

export function openHistory(host: JournalHost, options: HistoryOptions): RunHistory {
  const before = new Past(host.history)
  const unfinished = [...before.tasks.values()].filter((task) => !isOver(task))
  const isContinued = before.exists && unfinished.length > 0 && !options.fresh
  if (isContinued) return continued(host, before, unfinished)
  const archived = before.exists ? archive(host, options) : ''
  return { past: new Past(host.history), firstLine: `new run${archived}`, incarnationFirst: null }
}

function continued(host: JournalHost, past: Past, unfinished: readonly PastTask[]): RunHistory {
  const names = unfinished.map((task) => `${task.id} ${task.stateName}`).join(', ')
  const { ending, headers } = host.history
  const damage = ending.kind === 'clean' ? '' : `; journal: ${endingText(ending)}`
  return {
    past,
    firstLine: `continuing ${unfinished.length} unfinished task(s): ${names}${damage}`,
    incarnationFirst: Math.min(...headers.map((header) => header.incarnation)),
  }
}

function archive(host: JournalHost, options: HistoryOptions): string {
  const run = host.archive()
  if (options.venueDirectory !== null) archiveVenueLedgers(options.venueDirectory, run)
  return `; the earlier one is archived in ${run}`
}

/** A venue that still runs keeps its ledger: its balances are the present. */
function archiveVenueLedgers(directory: string, run: string): void {
  if (!existsSync(directory)) return
  for (const name of readdirSync(directory).filter((file) => file.endsWith('.jsonl'))) {
    try {
      renameSync(join(directory, name), join(run, `venue-${name}`))
    } catch (thrown) {
      throw new EngineError('archive_failed', `cannot archive ${name}`, 'error', thrown)
    }
  }
}

function isOver(task: PastTask): boolean {
  return task.type === 'iceberg' && isIcebergDone(task.state as IcebergState)
}
