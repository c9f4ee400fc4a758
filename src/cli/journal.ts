// `floe journal`: the records of a journal for people and for scripts, oldest first. It takes no
// lock: of a running engine it shows what has been written so far.
import { RecordPrinter } from '#journal/print.ts'
import { endingText, type JournalEnding } from '#journal/reader.ts'
import { readJournalAt } from '#journal/state-dir.ts'
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
