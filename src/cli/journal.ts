// `floe journal`: the records of a journal for people and for scripts, oldest first. It takes no
// lock: of a running engine it shows what has been written so far. `--compact` does: it puts a
// snapshot in the place of a journal that no engine holds.
import { existsSync } from 'node:fs'
import { EngineError } from '#core/engine-error.ts'
import { RealClock } from '#core/real-clock.ts'
import { monoNs } from '#core/units.ts'
import { compactionHindrance, compactionText } from '#journal/compaction.ts'
import { openJournal } from '#journal/journal-host.ts'
import { RecordPrinter } from '#journal/print.ts'
import { endingText, type JournalEnding } from '#journal/reader.ts'
import { journalDirectory, readJournalAt } from '#journal/state-dir.ts'
import { snapshotOf } from '#loop/snapshot.ts'
import { spawnWorker } from '#loop/spawn-worker.ts'
import { ExitCode } from './exit-code.ts'

/** Lines joined before each write, so that a long journal is neither one text nor a million. */
const LINES_PER_WRITE = 1_000

/** Exit code 1 when bytes behind the last whole record are unreadable; a torn tail is not. */
export async function printJournal(directory: string, options: { json: boolean }): Promise<number> {
  const history = readJournalAt(directory)
  // A closed output also arrives as an event; each write already tells.
  process.stdout.on('error', () => undefined)
  const printer = new RecordPrinter()
  let lines: string[] = []
  for (const record of history.records()) {
    lines.push(options.json ? JSON.stringify(printer.json(record)) : printer.line(record))
    if (lines.length < LINES_PER_WRITE) continue
    if (!(await written(lines))) return ExitCode.Done
    lines = []
  }
  if (!(await written(lines))) return ExitCode.Done
  for (const ending of [...history.earlierBreaks, history.ending]) printEnding(ending)
  return history.ending.kind === 'corrupt' ? ExitCode.Error : ExitCode.Done
}

/**
 * Archived runs are left whole: only a state directory is compacted.
 * @throws EngineError `not_a_state_dir`, `state_dir_locked`, `journal_not_compacted`.
 */
export async function compactJournal(directory: string): Promise<number> {
  if (!existsSync(journalDirectory(directory))) {
    const fix = 'name the state_dir of a run; archived runs are left whole'
    throw new EngineError('not_a_state_dir', `${directory} has no journal folder: ${fix}`)
  }
  const { headers } = readJournalAt(directory)
  const host = await openJournal(directory, {
    instance: headers.at(-1)?.instance ?? 0,
    clock: new RealClock(),
    spawnJournalWorker: (data) => spawnWorker('journal', data),
  })
  try {
    const hindrance = compactionHindrance(host.history)
    const done = host.compact(snapshotOf)
    if (done === null) {
      const why = hindrance === '' ? 'no run has begun in it' : hindrance
      throw new EngineError('journal_not_compacted', `the journal stays as it is: ${why}`)
    }
    process.stdout.write(`${compactionText(done)}\n`)
  } finally {
    await host.close(false, monoNs(0))
  }
  return ExitCode.Done
}

function printEnding(ending: JournalEnding): void {
  if (ending.kind !== 'clean') process.stderr.write(`floe: ${endingText(ending)}\n`)
}

/** False when nobody reads any more (`| head`): that is an end, not an error. */
function written(lines: readonly string[]): Promise<boolean> {
  if (lines.length === 0) return Promise.resolve(true)
  return new Promise((resolve) => {
    process.stdout.write(`${lines.join('\n')}\n`, (error) => resolve(!error))
  })
}
