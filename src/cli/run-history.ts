// What an earlier run left behind, and what this one does with it: continue what is unfinished,
// archive what is finished, begin anew on request. The first line a user reads says which.
import { existsSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { EngineError } from '#core/engine-error.ts'
import type { JournalHost } from '#journal/journal-host.ts'
import { endingText } from '#journal/reader.ts'
import { Past, type PastTask } from '#loop/past.ts'
import { IcebergState, isIcebergDone } from '#task/iceberg-states.ts'
import { compactIfLong } from './compaction.ts'

export interface RunHistory {
  readonly past: Past
  readonly firstLine: string
  /** The oldest incarnation whose orders belong to the tasks; null = only the one that begins. */
  readonly incarnationFirst: number | null
}

export interface HistoryOptions {
  readonly fresh: boolean
  /** sim: the venue's ledgers, which go into the archive with their run; null = they stay. */
  readonly venueDirectory: string | null
}

export function openHistory(host: JournalHost, options: HistoryOptions): RunHistory {
  const before = new Past(host.history)
  const unfinished = [...before.tasks.values()].filter((task) => !isOver(task))
  if (!options.fresh) {
    if (unfinished.length > 0) return continued(host, before, unfinished)
    if (before.tasks.size === 0) refuseUnreadable(host)
    if (before.exists && before.tasks.size === 0 && !before.endedClean) {
      return brokenOff(host, before)
    }
  }
  const archived = before.exists ? archive(host, options) : ''
  return { past: new Past(host.history), firstLine: `new run${archived}`, incarnationFirst: null }
}

function continued(host: JournalHost, past: Past, unfinished: readonly PastTask[]): RunHistory {
  const names = unfinished.map((task) => `${task.id} ${task.stateName}`).join(', ')
  const { ending, incarnationFirst } = host.history
  const damage = ending.kind === 'clean' ? '' : `; journal: ${endingText(ending)}`
  const compacted = compactIfLong(host, past)
  const note = compacted === '' ? '' : `; ${compacted}`
  return {
    past,
    firstLine: `continuing ${unfinished.length} unfinished task(s): ${names}${damage}${note}`,
    incarnationFirst,
  }
}

/** Its orders, if it had time for any, are adopted from the venue by the tasks that sent them. */
function brokenOff(host: JournalHost, past: Past): RunHistory {
  const firstLine = 'new run; the one before broke off before its first task was written'
  return { past, firstLine, incarnationFirst: host.incarnationFirst }
}

/**
 * A crash leaves a journal that ends early, never one that is damaged before its first task: what
 * stood there may have traded, so nothing is begun on top of it unasked.
 */
function refuseUnreadable(host: JournalHost): void {
  const { ending } = host.history
  if (ending.kind !== 'corrupt') return
  throw new EngineError(
    'journal_damaged',
    `the journal in ${host.stateDir} holds no task that can be read (${endingText(ending)}): ` +
      'restore it from a copy, or see at the venue what was traded and begin anew with --fresh',
    'fatal',
  )
}

function archive(host: JournalHost, options: HistoryOptions): string {
  const run = host.archive()
  if (options.venueDirectory !== null) archiveVenueLedgers(options.venueDirectory, run)
  return `; the earlier one is archived in ${run}`
}

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
