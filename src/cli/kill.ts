// `floe kill`: no order after it, everything of ours taken back, and the venues asked whether it is
// so. `--release` ends it. What cannot be confirmed is named, and the exit code says so.
//
// A running engine is told through its control API and watched until it has confirmed. Without one
// the file KILL keeps the next from trading, and --without-engine takes the orders back from here.
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { loadConfig } from '#config/loader.ts'
import { durationNs } from '#core/duration.ts'
import { EngineError } from '#core/engine-error.ts'
import { NS_PER_MS } from '#core/units.ts'
import { makeDirectory } from '#journal/state-dir.ts'
import { alignedRows } from './aligned-rows.ts'
import { callControl } from './control-client.ts'
import { ExitCode } from './exit-code.ts'
import { takeBackAlone } from './kill-alone.ts'
import { killFilePath, userName, writeKillFile } from './kill-file.ts'
import { StatusLine } from './status-line.ts'

export interface KillOptions {
  readonly reason?: string
  readonly release?: boolean
  readonly force?: boolean
  readonly withoutEngine?: boolean
  readonly wait: string
  readonly json?: boolean
}

const POLL_MS = 100
/** What a fallen engine's API and a stuck one's have in common: nobody has heard the command. */
const UNHEARD_CODES: ReadonlySet<string> = new Set(['not_running', 'no_answer', 'busy'])

const killReport = z.object({
  engaged: z.boolean(),
  confirmed: z.boolean(),
  origin: z.string(),
  who: z.string(),
  reason: z.string(),
  engaged_for_ms: z.number(),
  open_count: z.number(),
  open: z.array(
    z.object({
      order: z.string(),
      venue: z.string(),
      account: z.string(),
      symbol: z.string(),
      state: z.string(),
      filled: z.string(),
      quantity: z.string(),
    }),
  ),
  unproved_count: z.number(),
  unproved: z.array(
    z.object({ venue: z.string(), account: z.string(), symbol: z.string(), why: z.string() }),
  ),
})
type KillReport = z.infer<typeof killReport>

/** @throws EngineError for everything that a person can mend. */
export async function killEngine(configPath: string, options: KillOptions): Promise<number> {
  const waitMs = durationNs(options.wait, '--wait') / NS_PER_MS
  const { stateDir } = loadConfig(configPath)
  const reason = options.reason?.trim() || 'none given'
  const cause = { origin: 'cli', who: userName(), reason }
  if (options.release === true) return release(stateDir, cause, options)
  try {
    await callControl(stateDir, 'POST', '/v1/kill', JSON.stringify(cause))
  } catch (thrown) {
    if (!(thrown instanceof EngineError) || !UNHEARD_CODES.has(thrown.code)) throw thrown
    makeDirectory(stateDir)
    writeKillFile(stateDir, cause)
    return unheard(configPath, stateDir, thrown, waitMs, options)
  }
  return watch(stateDir, waitMs, options)
}

async function release(stateDir: string, cause: object, options: KillOptions): Promise<number> {
  const body = JSON.stringify({ ...cause, force: options.force === true })
  try {
    await callControl(stateDir, 'POST', '/v1/kill/release', body)
  } catch (thrown) {
    const isStopped = thrown instanceof EngineError && thrown.code === 'not_running'
    if (!isStopped) throw thrown
    const how = 'start it with floe run, which sends nothing while the switch is engaged, and'
    throw new EngineError('not_running', `no engine runs on ${stateDir}: ${how} release it then`)
  }
  say(options, { released: true }, 'released: tasks go on')
  return ExitCode.Done
}

/** The engine answers: until it has confirmed everything, or patience is over. */
async function watch(stateDir: string, waitMs: number, options: KillOptions): Promise<number> {
  const status = new StatusLine(process.stderr)
  const startedMs = Date.now()
  let report = await readReport(stateDir)
  let shown = ''
  while (!report.confirmed && Date.now() - startedMs < waitMs) {
    const line = progressText(report)
    if (line !== shown && options.json !== true) status.print(line)
    shown = line
    await sleep(POLL_MS)
    report = await readReport(stateDir)
  }
  say(options, report, finalText(report))
  return report.confirmed ? ExitCode.Done : ExitCode.Unconfirmed
}

async function readReport(stateDir: string): Promise<KillReport> {
  return killReport.parse(await callControl(stateDir, 'GET', '/v1/kill'))
}

/** No engine has heard it. The file has been written; who asks for it takes orders back alone. */
async function unheard(
  configPath: string,
  stateDir: string,
  why: EngineError,
  waitMs: number,
  options: KillOptions,
): Promise<number> {
  const what = why.code === 'not_running' ? 'no engine answers' : 'its engine does not react'
  const first = `${stateDir}: ${what}; ${killFilePath(stateDir)} keeps any from trading`
  if (options.withoutEngine === true) {
    if (options.json !== true) process.stderr.write(`${first}\n`)
    return takeBackAlone(configPath, { waitMs, isJson: options.json === true })
  }
  const text =
    `${first}\norders that may be open at the venues were left alone: take them back with\n` +
    `  floe kill ${configPath} --without-engine`
  say(options, { engaged: true, confirmed: false, engine: what }, text)
  return ExitCode.Unconfirmed
}

function progressText({ open_count: open, unproved_count: unproved }: KillReport): string {
  const what = `${open} order(s) not known to be over, ${unproved} place(s) to confirm`
  return `kill switch engaged: ${what}`
}

function finalText(report: KillReport): string {
  const { who, origin, reason, open, open_count: count, unproved } = report
  const by = who === '' ? origin : `${who} (${origin})`
  const head = `kill switch engaged by ${by}: ${reason}`
  if (report.confirmed) return `${head}\nconfirmed by the venues: no order of ours is open`
  const orders = open.map((row) => [
    '  order',
    row.order,
    row.state,
    `${row.filled} of ${row.quantity} filled`,
    `${row.symbol} on ${row.venue}, account ${row.account}`,
  ])
  const places = unproved.map((row) => [
    '  unconfirmed',
    `${row.venue} ${row.account} ${row.symbol}`.trim(),
    row.why,
  ])
  const rest = count - open.length
  const more = rest > 0 ? `  and ${rest} more order(s)\n` : ''
  return `${head}\nNOT confirmed:\n${alignedRows(orders)}${more}${alignedRows(places)}`.trimEnd()
}

function say(options: Pick<KillOptions, 'json'>, document: object, text: string): void {
  process.stdout.write(options.json === true ? `${JSON.stringify(document)}\n` : `${text}\n`)
}
