// What the end-to-end tests of `floe run` share: configurations with one thing changed, and a look
// at what a run leaves behind. Processes, sockets and files are real.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect } from 'vitest'
import { loadConfig } from '#config/loader.ts'
import { D } from '#core/decimal.ts'
import type { LedgerView } from '#sim/ledger-view.ts'
import { attachOrStartVenues, endVenues } from '../../src/cli/venue-process.ts'
import { EngineProcess, venueLedger } from '../recovery/engine-process.ts'

const POLL_MS = 25
const PATIENCE_MS = 20_000

type Fields = Record<string, unknown>

const directories: string[] = []
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, maxRetries: 10 })
})

/** A configuration as it is written, open for any mistake. */
export interface Written extends Fields {
  state_dir: string
  accounts: Record<string, Fields>
  venues: Record<string, Fields[]>
  sim: { seed: number; venues: { binance_spot: { balances: Record<string, Fields> } } }
  tasks: Fields[]
}

export interface RunFiles {
  readonly config: string
  readonly stateDir: string
}

/** One iceberg that sells 0.06 BTC by 0.02 in a directory of its own, after `change`. */
export function writeRun(name: string, change: (written: Written) => void = () => undefined) {
  const directory = mkdtempSync(join(tmpdir(), `floe-${name}-`))
  directories.push(directory)
  return rewriteRun(
    { config: join(directory, 'floe.yaml'), stateDir: join(directory, 'state') },
    change,
  )
}

/** The same files with another change. */
export function rewriteRun(files: RunFiles, change: (written: Written) => void): RunFiles {
  const written: Written = {
    mode: 'sim',
    instance: 9,
    state_dir: files.stateDir,
    accounts: { main: { exchange: 'binance', kind: 'ed25519' } },
    venues: { binance_spot: [{ account: 'main' }] },
    sim: { seed: 3, venues: { binance_spot: { balances: { main: { BTC: '5', USDT: '0' } } } } },
    risk: {
      max_order_notional: '100000',
      max_position: { 'BTC/USDT': '9' },
      orders_per_second: 50,
    },
    tasks: [
      {
        id: 'sell-1',
        type: 'iceberg',
        venue: 'binance_spot',
        symbol: 'BTC/USDT',
        side: 'sell',
        total_quantity: '0.06',
        order_quantity: '0.02',
      },
    ],
  }
  change(written)
  // JSON is YAML, with every key on a line of its own.
  writeFileSync(files.config, JSON.stringify(written, null, 2))
  return files
}

/** Runs to the end. */
export async function run(files: RunFiles, ...flags: string[]) {
  const engine = new EngineProcess(files.config, ...flags)
  const code = await engine.exited
  expect(engine.output).not.toMatch(/\n\s+at \S+ ?\(?.*:\d+:\d+\)?/)
  return { code, output: engine.output }
}

/** Fails with `what` when patience runs out. */
export async function eventually(what: string, isTrue: () => unknown): Promise<void> {
  for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += POLL_MS) {
    if (await isTrue()) return
    await sleep(POLL_MS)
  }
  expect.fail(`not within ${PATIENCE_MS} ms: ${what}`)
}

/** The venue process that the run knew of has ended. */
export async function expectNothingRuns({ stateDir }: RunFiles): Promise<void> {
  const pid = readJson(join(stateDir, 'venue.json'))?.['pid']
  if (typeof pid === 'number') await eventually(`process ${pid} ends`, () => !isAlive(pid))
}

/** Throws a switch of the embedded venue that runs on the state directory. */
export async function command({ stateDir }: RunFiles, body: Fields): Promise<void> {
  const { ready } = readJson(join(stateDir, 'venue.json')) as { ready: { admin: string } }
  await commandAt(ready.admin, body)
}

export async function commandAt(admin: string, body: Fields): Promise<void> {
  const reply = await fetch(`${admin}/command`, { method: 'POST', body: JSON.stringify(body) })
  expect(reply.status, await reply.text()).toBe(200)
}

/** What the venue remembers when nobody runs: it is started once more and asked. */
export async function ledgerAtEnd({ config, stateDir }: RunFiles): Promise<LedgerView> {
  await attachOrStartVenues(loadConfig(config))
  try {
    const ledger = await venueLedger(stateDir)
    expect(ledger).not.toBeNull()
    return ledger!
  } finally {
    await endVenues(stateDir)
  }
}

/** Exactly `total` is filled and nothing is open. */
export function expectFilled(ledger: LedgerView, total: string): void {
  const filled = ledger.orders.reduce((sum, order) => sum.add(order.filled), new D(0))
  expect(filled.toFixed()).toBe(total)
  expectNothingOpen(ledger)
}

export function expectNothingOpen(ledger: LedgerView): void {
  const open = ledger.orders.filter(({ status }) => ['new', 'partially_filled'].includes(status))
  expect(open).toEqual([])
}

/** The notices that were written so far. */
export function logOf({ stateDir }: RunFiles): string {
  try {
    return readFileSync(join(stateDir, 'floe.log'), 'utf8')
  } catch {
    return ''
  }
}

export function journalSegments({ stateDir }: RunFiles): string[] {
  const directory = join(stateDir, 'journal')
  return readdirSync(directory)
    .filter((name) => name.endsWith('.floe'))
    .toSorted()
    .map((name) => join(directory, name))
}

function readJson(path: string): Fields | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Fields
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
