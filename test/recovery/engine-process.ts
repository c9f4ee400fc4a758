// A real engine process on a real state directory: started, watched from outside, killed.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { readSegments } from '#journal/reader.ts'
import { segmentFiles } from '#journal/state-dir.ts'
import { Past } from '#loop/past.ts'
import { isTerminal, OrderState } from '#order/order-state.ts'
import type { LedgerView } from '#sim/ledger-view.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

/** What the client order ids of the engines here carry. */
export const INSTANCE = 9

export interface Quantities {
  readonly sell: string
  readonly buy: string
  readonly slice: string
}

export interface ConfigOptions {
  /** Where the venue is reached instead of directly. */
  readonly urls?: Readonly<Record<'rest' | 'ws' | 'ws_api', string>>
}

/** Writes a configuration of two icebergs, one on each account, and returns its path. */
export function writeConfig(
  directory: string,
  quantities: Quantities,
  seed: number,
  { urls }: ConfigOptions = {},
): string {
  mkdirSync(directory, { recursive: true })
  const path = join(directory, 'floe.yaml')
  const task = (id: string, account: string, side: string, total: string) =>
    `  - {id: ${id}, type: iceberg, venue: binance_spot, account: ${account}, symbol: BTC/USDT,` +
    ` side: ${side}, total_quantity: "${total}", order_quantity: "${quantities.slice}"}`
  const main = JSON.stringify(urls === undefined ? { account: 'main' } : { account: 'main', urls })
  writeFileSync(
    path,
    [
      'mode: sim',
      `instance: ${INSTANCE}`,
      `state_dir: ${join(directory, 'state')}`,
      'accounts: {main: {exchange: binance, kind: ed25519}, second: {exchange: binance}}',
      `venues: {binance_spot: [${main}, {account: second}]}`,
      'sim:',
      `  seed: ${seed}`,
      '  market: {source: synthetic}',
      '  venues: {binance_spot: {balances: {main: {BTC: "90", USDT: "0"},' +
        ' second: {BTC: "0", USDT: "9000000"}}, faults: none}}',
      'risk: {max_order_notional: "100000", price_collar_bps: 500, orders_per_second: 50}',
      'tasks:',
      task('sell-1', 'main', 'sell', quantities.sell),
      task('buy-1', 'second', 'buy', quantities.buy),
      '',
    ].join('\n'),
  )
  return path
}

/** A configuration, and a command that starts its engine with less than we have ourselves. */
export interface Restricted {
  readonly config: string
  readonly through: readonly string[]
}

export class EngineProcess {
  readonly #child: ChildProcess
  #output = ''
  readonly exited: Promise<number | null>

  constructor(what: string | Restricted, ...flags: readonly string[]) {
    const { config, through } = typeof what === 'string' ? { config: what, through: [] } : what
    const run = [process.execPath, MAIN, 'run', config, '--until-done', ...flags]
    const [program, ...rest] = [...through, ...run]
    this.#child = spawn(program!, rest, { stdio: ['ignore', 'pipe', 'pipe'] })
    const collect = (chunk: Buffer): void => {
      this.#output += chunk.toString()
    }
    this.#child.stdout?.on('data', collect)
    this.#child.stderr?.on('data', collect)
    this.exited = new Promise((resolve) => this.#child.once('exit', (code) => resolve(code)))
  }

  get output(): string {
    return this.#output
  }

  get pid(): number {
    return this.#child.pid!
  }

  get hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  freeze(): void {
    this.#child.kill('SIGSTOP')
  }

  thaw(): void {
    this.#child.kill('SIGCONT')
  }

  async kill(signal: 'SIGKILL' | 'SIGINT' = 'SIGKILL'): Promise<void> {
    this.#child.kill(signal)
    await this.exited
  }
}

/** The venue's own truth, or null while it is not up. */
export async function venueLedger(stateDir: string): Promise<LedgerView | null> {
  try {
    const record = JSON.parse(readFileSync(join(stateDir, 'venue.json'), 'utf8')) as {
      readonly ready: { readonly admin: string }
    }
    const reply = await fetch(`${record.ready.admin}/ledger`)
    const ledgers = (await reply.json()) as Record<string, LedgerView>
    return ledgers['binance_spot'] ?? null
  } catch {
    return null
  }
}

/** Waits until the venue has seen more orders than `count`; false when the engine ended first. */
export async function untilOrders(
  engine: EngineProcess,
  stateDir: string,
  count: number,
): Promise<boolean> {
  for (;;) {
    if (engine.hasExited) return false
    const ledger = await venueLedger(stateDir)
    if (ledger !== null && ledger.orders.length > count) return true
    await sleep(20)
  }
}

export type Phase = 'before any order' | 'in flight' | 'working' | 'cancel in flight' | 'between'

/** What the journal of a dead engine says its orders were doing. */
export function phaseAtDeath(stateDir: string): Phase {
  const past = new Past(readSegments(segmentFiles(join(stateDir, 'journal'))))
  const states = [...past.orders.values()].map((order) => order.state)
  const live = states.filter((state) => !isTerminal(state))
  if (live.length === 0) return states.length === 0 ? 'before any order' : 'between'
  if (live.includes(OrderState.PendingCancel)) return 'cancel in flight'
  const inFlight = [OrderState.Created, OrderState.PendingNew, OrderState.Unknown]
  return live.some((state) => inFlight.some((other) => other === state)) ? 'in flight' : 'working'
}
