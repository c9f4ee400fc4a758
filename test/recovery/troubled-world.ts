// What the tests of real trouble share: an engine and `floe sim` as real processes, a fault proxy
// on each link between them, two icebergs that trade all the while. A story does its worst; then
// the tasks are cancelled, the engine ends, and what both sides remember is compared to the unit.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { readControlFile } from '#control/control-file.ts'
import { averageText } from '#core/decimal.ts'
import { FaultProxy, type ProxyCommand } from '#sim/fault-proxy.ts'
import type { LedgerView } from '#sim/ledger-view.ts'
import type { TaskReport } from '#task/task.ts'
import { EngineProcess, INSTANCE, writeConfig } from './engine-process.ts'
import { LedgerTail } from './ledger-tail.ts'
import { SimProcess } from './sim-process.ts'

/** `npm run test:trouble`: as long as it takes for every timeout to pass, not a few seconds. */
export const IS_LONG = process.env['FLOE_LONG'] === '1'
export const SEED = Number(process.env['FLOE_SEED'] ?? 1)

/** Of a story with everything that it waits for. */
export const STORY_TIMEOUT_MS = 600_000

/** More than any story fills: the end is always a cancel in the midst of trading. */
const TOTAL = '60'
const SLICE = '0.02'
const TASKS = [
  { id: 'sell-1', account: 'main', total: TOTAL },
  { id: 'buy-1', account: 'second', total: TOTAL },
] as const
const POLL_MS = 20
/** The longest pause before a connection is dialled again, and some. */
const PATIENCE_MS = 90_000
const OUTPUT_TAIL = 6_000
const TASKS_NOT_COMPLETED = 3

const LINKS = ['rest', 'ws', 'ws_api'] as const
export type LinkName = (typeof LINKS)[number]

export interface EngineStart {
  /** A command that starts it with less than we have ourselves. */
  readonly through?: readonly string[]
  /** Default true: its report is what the end is judged by. */
  readonly isReporting?: boolean
}

/**
 * Plays a story in a world of its own and prints what it did. Whatever fails, every process ends
 * and both sides' word is printed.
 */
export async function inTrouble(
  name: string,
  story: (world: TroubledWorld) => Promise<string>,
  start: EngineStart = {},
): Promise<void> {
  const world = new TroubledWorld(name)
  try {
    await world.begin(start)
    const deeds = await story(world)
    const outcome = await world.end()
    process.stdout.write(`trouble: ${name}: ${deeds}; ${outcome}\n`)
  } catch (thrown) {
    process.stdout.write(await world.testimony())
    throw thrown
  } finally {
    await world.remove()
  }
}

export class TroubledWorld {
  readonly stateDir: string
  readonly config: string
  readonly ledger: LedgerTail
  readonly links: Readonly<Record<LinkName, FaultProxy>>
  readonly #name: string
  readonly #directory: string
  readonly #report: string
  #venue: SimProcess | null = null
  #engine: EngineProcess | null = null
  #outcome = ''

  constructor(name: string) {
    this.#name = name
    this.#directory = mkdtempSync(join(tmpdir(), 'floe-trouble-'))
    this.stateDir = join(this.#directory, 'state')
    this.config = join(this.#directory, 'floe.yaml')
    this.#report = join(this.#directory, 'report.json')
    this.ledger = new LedgerTail(this.stateDir, INSTANCE, TASKS)
    this.links = {
      rest: new FaultProxy(SEED),
      ws: new FaultProxy(SEED + 1),
      ws_api: new FaultProxy(SEED + 2),
    }
  }

  get venue(): SimProcess {
    return there(this.#venue)
  }

  get engine(): EngineProcess {
    return there(this.#engine)
  }

  /** Both tasks trade when this resolves. */
  async begin(start: EngineStart): Promise<void> {
    const port = (link: LinkName): Promise<number> =>
      new Promise((resolve) => this.links[link].listen(resolve))
    const urls = {
      rest: `http://127.0.0.1:${await port('rest')}`,
      ws: `ws://127.0.0.1:${await port('ws')}`,
      ws_api: `ws://127.0.0.1:${await port('ws_api')}/ws-api/v3`,
    }
    const quantities = { sell: TOTAL, buy: TOTAL, slice: SLICE }
    writeConfig(this.#directory, quantities, SEED, { urls })
    await this.startVenue()
    this.startEngine(start)
    await this.untilTrading()
  }

  async startVenue(): Promise<void> {
    this.#venue = await SimProcess.start(this.config)
    for (const proxy of Object.values(this.links)) proxy.aimAt(this.#venue.port)
  }

  startEngine({ through = [], isReporting = true }: EngineStart = {}): void {
    const flags = isReporting ? ['--json', this.#report] : []
    this.#engine = new EngineProcess({ config: this.config, through }, ...flags)
  }

  /** Befalls every link. */
  weather(command: ProxyCommand): void {
    for (const proxy of Object.values(this.links)) proxy.command(command)
  }

  /** Each task has got a further order accepted since the call. */
  async untilTrading(): Promise<void> {
    this.ledger.read()
    const before = TASKS.map(({ account }) => this.ledger.orderCount(account))
    await this.until('both tasks trade', () => {
      this.ledger.read()
      return TASKS.every(({ account }, i) => this.ledger.orderCount(account) > before[i]!)
    })
  }

  /** The engine has said it, since it was started. */
  async untilSaid(text: string): Promise<void> {
    await this.until(`the engine says ${text}`, () => this.engine.output.includes(text))
  }

  async until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
    const deadlineMs = Date.now() + PATIENCE_MS
    while (!(await isTrue())) {
      expect(this.engine.hasExited, `${what}: the engine has ended`).toBe(false)
      expect(Date.now(), `not within ${PATIENCE_MS} ms: ${what}`).toBeLessThan(deadlineMs)
      await sleep(POLL_MS)
    }
    expect(this.ledger.broken).toBe('')
  }

  /** Orders that are open at the venue now. */
  async openOrders(): Promise<number> {
    return openOf(await this.venue.ledger()).length
  }

  /** Says something to both tasks over the control API. */
  async command(kind: 'pause' | 'resume' | 'cancel'): Promise<void> {
    const { url, token } = readControlFile(this.stateDir)
    for (const { id } of TASKS) {
      const headers = { authorization: `Bearer ${token}` }
      const reply = await fetch(`${url}/v1/tasks/${id}/${kind}`, { method: 'POST', headers })
      expect(reply.status, await reply.text()).toBe(200)
    }
  }

  async areInState(state: string): Promise<boolean> {
    const { url, token } = readControlFile(this.stateDir)
    const headers = { authorization: `Bearer ${token}` }
    const reply = await fetch(`${url}/v1/tasks`, { headers })
    const { tasks } = (await reply.json()) as { tasks: { state: string }[] }
    return tasks.every((task) => task.state === state)
  }

  /** Cancels what still trades and compares, unless the story has done so itself. */
  async end(): Promise<string> {
    if (this.#outcome !== '') return this.#outcome
    this.weather({ name: 'pass' })
    await this.command('cancel')
    expect(await this.exitCode()).toBe(TASKS_NOT_COMPLETED)
    return await this.compare()
  }

  async exitCode(): Promise<number | null> {
    const outcome = await Promise.race([this.engine.exited, sleep(PATIENCE_MS, 'late' as const)])
    expect(outcome, `the engine does not end within ${PATIENCE_MS} ms`).not.toBe('late')
    return outcome === 'late' ? null : outcome
  }

  /** The engine's report against everything the venue remembers. */
  async compare(): Promise<string> {
    this.ledger.read()
    expect(this.ledger.broken).toBe('')
    const venue = await this.venue.ledger()
    expect(openOf(venue)).toEqual([])
    const reports = this.#reports()
    expect(reports).toHaveLength(TASKS.length)
    const differences = reports.map((report) => this.#differenceOf(report, venue))
    expect(differences).toEqual(reports.map(() => ''))
    const words = reports.map(({ id, state, filled, orders, fills }) => {
      return `${id} ${state} ${filled} in ${orders} orders, ${fills} fills`
    })
    this.#outcome = `${words.join(', ')}: ledgers equal`
    return this.#outcome
  }

  /** For a person who reads a failure: both sides' word. */
  async testimony(): Promise<string> {
    const lines = [`\ntrouble: ${this.#name} FAILED; the engine said, at last:`]
    lines.push(this.#engine?.output.slice(-OUTPUT_TAIL) ?? 'nothing: it was not started')
    lines.push(`the venue's ledger: ${this.ledger.orderCount()} orders; ${this.ledger.broken}`)
    try {
      const venue = await this.venue.ledger()
      for (const order of openOf(venue)) lines.push(`  open: ${JSON.stringify(order)}`)
      for (const { id } of TASKS) {
        const { qty, quote } = this.ledger.watch.traded(id)
        lines.push(`  ${id}: filled ${qty.toFixed()} for ${quote.toFixed()}`)
      }
      for (const report of this.#reports()) {
        lines.push(`  the engine's report: ${JSON.stringify(report)}`)
      }
    } catch (thrown) {
      lines.push(`  (no more to be had: ${String(thrown)})`)
    }
    return `${lines.join('\n')}\n`
  }

  async remove(): Promise<void> {
    for (const proxy of Object.values(this.links)) proxy.close()
    await this.#engine?.kill()
    await this.#venue?.kill()
    rmSync(this.#directory, { recursive: true, force: true, maxRetries: 10 })
  }

  /** None before the engine's end: the file is made when it starts. */
  #reports(): TaskReport[] {
    const text = readFileSync(this.#report, 'utf8')
    if (text === '') return []
    const { tasks } = JSON.parse(text) as { tasks: TaskReport[] }
    return tasks
  }

  /** '' when the report is honest and the venue's. */
  #differenceOf(report: TaskReport, venue: LedgerView): string {
    const { qty: filled, quote } = this.ledger.watch.traded(report.id)
    if (report.state !== 'CANCELLED') return `${report.id} ended ${report.state}: ${report.reason}`
    if (!filled.eq(report.filled)) return `${report.id}: the venue filled ${filled.toFixed()}`
    const parts = filled.add(report.residual).add(report.cancelled)
    if (!parts.eq(report.total)) return `${report.id}: the parts are ${parts.toFixed()}`
    const average = filled.isZero() ? '' : averageText(quote.div(filled))
    if (average !== report.average_price) return `${report.id}: the venue's average is ${average}`
    const trades = venue.trades.filter(({ account }) => account === report.account)
    if (trades.length !== report.fills) return `${report.id}: the venue has ${trades.length} fills`
    const locked = Object.values(venue.balances[report.account] ?? {}).map(({ locked }) => locked)
    return locked.every((amount) => Number(amount) === 0) ? '' : `${report.id}: funds stay locked`
  }
}

function openOf(ledger: LedgerView): LedgerView['orders'][number][] {
  return ledger.orders.filter(({ status }) => status === 'new' || status === 'partially_filled')
}

function there<Process>(process: Process | null): Process {
  if (process === null) throw new Error('it has not been started')
  return process
}
