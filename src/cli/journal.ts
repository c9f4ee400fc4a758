// `floe journal`: the records of a journal for people and for scripts, oldest first. It takes no
// lock: of a running engine it shows what has been written so far.
import { EngineError } from '#core/engine-error.ts'
import { NS_PER_S } from '#core/units.ts'
import { endingText, type JournalEnding } from '#journal/reader.ts'
import type { JournalRecord } from '#journal/record-layout.ts'
import { readJournalAt } from '#journal/state-dir.ts'
import { clientIdText } from '#order/client-order-id.ts'
import { ExitCode } from './exit-code.ts'

/** Lines joined before each write, so that a long journal is neither one text nor a million. */
const LINES_PER_WRITE = 1_000

/** Exit code 1 when bytes behind the last whole record could not be read; a torn tail is expected. */
export async function printJournal(directory: string, options: { json: boolean }): Promise<number> {
  const history = readJournalAt(directory)
  const toLine = options.json ? (record: JournalRecord) => JSON.stringify(record) : recordLine
  let lines: string[] = []
  for (const record of history.records()) {
    lines.push(toLine(record))
    if (lines.length < LINES_PER_WRITE) continue
    await written(lines)
    lines = []
  }
  await written(lines)
  for (const ending of [...history.earlierBreaks, history.ending]) printEnding(ending)
  return history.ending.kind === 'corrupt' ? ExitCode.Error : ExitCode.Done
}

/** `      12 +3.250000 s task_state task=0 stateName=EXECUTING` */
export function recordLine(record: JournalRecord): string {
  const { kind, sequence, nowNs, ...body } = record
  const seconds = `+${(nowNs / NS_PER_S).toFixed(6)} s`
  const fields = Object.entries(withClientId(body)).map(
    ([name, value]) => `${name}=${String(value)}`,
  )
  return [`${sequence}`.padStart(8), seconds, kind, ...fields].join(' ')
}

function withClientId(body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { clientIdHi, clientIdLo, ...rest } = body
  if (typeof clientIdHi !== 'number' || typeof clientIdLo !== 'number') return body
  return { clientOrderId: clientIdText(clientIdHi, clientIdLo), ...rest }
}

function printEnding(ending: JournalEnding): void {
  if (ending.kind !== 'clean') process.stderr.write(`floe: ${endingText(ending)}\n`)
}

function written(lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return Promise.resolve()
  return new Promise((resolve, reject) => {
    process.stdout.write(`${lines.join('\n')}\n`, (error) => {
      if (error) reject(new EngineError('output_closed', 'the output was closed', 'warn', error))
      else resolve()
    })
  })
}
