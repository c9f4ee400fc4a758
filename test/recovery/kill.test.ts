// SIGKILL at any moment, then the same command: the total is filled exactly, nothing is left open,
// no id is used twice, and at no time is more open and filled than was asked for. Real processes,
// sockets and files. Most of a life is the wait until no order sent before the death can still
// arrive, which takes no processor: so several worlds die side by side, each with a venue of its
// own. `npm run test:kill` kills 30 times, `npm run test:kill:200` 200 times.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { loadConfig } from '#config/loader.ts'
import { attachOrStartVenues, endVenues } from '../../src/cli/venue-process.ts'
import { D } from '#core/decimal.ts'
import { Prng } from '#core/prng.ts'
import type { LedgerView } from '#sim/ledger-view.ts'
import {
  EngineProcess,
  INSTANCE,
  phaseAtDeath,
  venueLedger,
  writeConfig,
  type Phase,
} from './engine-process.ts'
import { LedgerTail } from './ledger-tail.ts'

const KILLS = Number(process.env['FLOE_KILLS'] ?? 4)
const LANES = Number(process.env['FLOE_LANES'] ?? Math.min(4, Math.ceil(KILLS / 2)))
const SEED = Number(process.env['FLOE_SEED'] ?? 1)
const LIFE_TIMEOUT_MS = 90_000
const POLL_MS = 10
/** One life in eight dies while it starts or reconciles; the others once orders fly. */
const EARLY_CHANCE = 0.125
const EARLY_MS_MAX = 600
const TRADING_MS_MAX = 250
/** A long run shows that it moves. */
const TELL_EVERY_KILLS = 20

/** What all lanes have seen. */
class Toll {
  readonly #startedMs = Date.now()
  readonly #phases = new Map<Phase, number>()
  readonly #startUpMs: number[] = []
  readonly #tradingMs: number[] = []
  kills = 0
  /** One lane failed: the others stop at their next death. */
  isOver = false

  died(phase: Phase): void {
    this.kills++
    this.#phases.set(phase, (this.#phases.get(phase) ?? 0) + 1)
    if (this.kills % TELL_EVERY_KILLS === 0) process.stdout.write(`${String(this)}\n`)
  }

  traded(startUpMs: number, tradingMs: number): void {
    this.#startUpMs.push(startUpMs)
    this.#tradingMs.push(tradingMs)
  }

  toString(): string {
    const eachMs = Math.round((Date.now() - this.#startedMs) / Math.max(1, this.kills))
    const phases = JSON.stringify(Object.fromEntries(this.#phases))
    return (
      `${this.kills} kills in ${LANES} lane(s), ${eachMs} ms each; ` +
      `started after ${median(this.#startUpMs)} ms, traded after ${median(this.#tradingMs)} ms ` +
      `(medians); kills by phase: ${phases}`
    )
  }
}

it(
  `fills exactly the total through ${KILLS} kills`,
  async () => {
    const toll = new Toll()
    const lanes = Array.from({ length: LANES }, (_, lane) => {
      const kills = Math.floor((KILLS + lane) / LANES)
      return new Lane(lane, kills, toll).run()
    })
    const outcomes = await Promise.allSettled(lanes)
    process.stdout.write(`at the end: ${String(toll)}\n`)
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
    expect(toll.kills).toBe(KILLS)
  },
  LIFE_TIMEOUT_MS * (KILLS + 1),
)

/** One venue, and an engine on it that dies again and again. */
class Lane {
  readonly #kills: number
  readonly #toll: Toll
  readonly #directory: string
  readonly #stateDir: string
  readonly #config: string
  readonly #total: string
  readonly #prng: Prng
  readonly #ledger: LedgerTail
  #engine: EngineProcess | null = null

  constructor(lane: number, kills: number, toll: Toll) {
    this.#kills = kills
    this.#toll = toll
    this.#directory = mkdtempSync(join(tmpdir(), 'floe-kill-'))
    this.#stateDir = join(this.#directory, 'state')
    // Enough work for every life: about half a slice a kill on each side, and some for the end.
    const total = (0.05 * kills + 0.2).toFixed(2)
    const seed = SEED + 1_000 * lane
    this.#config = writeConfig(this.#directory, { sell: total, buy: total, slice: '0.02' }, seed)
    this.#total = total
    this.#prng = new Prng(seed)
    this.#ledger = new LedgerTail(this.#stateDir, INSTANCE, [
      { id: 'sell-1', account: 'main', total },
      { id: 'buy-1', account: 'second', total },
    ])
  }

  async run(): Promise<void> {
    try {
      for (let kill = 0; kill < this.#kills && !this.#toll.isOver; kill++) await this.#live()
      if (!this.#toll.isOver) await this.#liveToTheEnd()
    } catch (thrown) {
      this.#toll.isOver = true
      process.stdout.write(`a lane failed; its engine said, at last:\n${this.#engine?.output}\n`)
      throw thrown
    } finally {
      await this.#engine?.kill()
      await endVenues(this.#stateDir)
      rmSync(this.#directory, { recursive: true, force: true, maxRetries: 10 })
    }
  }

  async #live(): Promise<void> {
    const diesEarly = this.#prng.chance(EARLY_CHANCE)
    const engine = this.#start()
    if (!diesEarly) await this.#untilTrading(engine)
    await sleep(this.#prng.nextInteger(0, diesEarly ? EARLY_MS_MAX : TRADING_MS_MAX))
    await engine.kill()
    this.#toll.died(phaseAtDeath(this.#stateDir))
    this.#check()
  }

  async #liveToTheEnd(): Promise<void> {
    const last = this.#start()
    expect(await last.exited).toBe(0)
    expect(last.output).toContain('continuing 2 unfinished task(s)')
    this.#check()
    const ledger = await this.#finalLedger()
    expect(filledOf(ledger, 'main')).toBe(new D(this.#total).toFixed())
    expect(filledOf(ledger, 'second')).toBe(new D(this.#total).toFixed())
    const open = ledger.orders.filter(({ status }) => ['new', 'partially_filled'].includes(status))
    expect(open).toEqual([])
    const ids = ledger.orders.map((order) => order.clientOrderId)
    expect(new Set(ids).size).toBe(ids.length)
  }

  #start(): EngineProcess {
    this.#engine = new EngineProcess(this.#config)
    return this.#engine
  }

  async #untilTrading(engine: EngineProcess): Promise<void> {
    const startedMs = Date.now()
    const before = this.#ledger.orderCount()
    let startUpMs = 0
    while (this.#ledger.orderCount() === before) {
      expect(engine.hasExited, 'the engine ended before it traded').toBe(false)
      expect(Date.now() - startedMs, 'ms without an order').toBeLessThan(LIFE_TIMEOUT_MS)
      await sleep(POLL_MS)
      if (startUpMs === 0 && engine.output.includes('control:')) startUpMs = Date.now() - startedMs
      this.#ledger.read()
    }
    this.#toll.traded(startUpMs, Date.now() - startedMs)
  }

  /** Every line that the venue wrote so far: ids, and filled + open ≤ total at each. */
  #check(): void {
    this.#ledger.read()
    expect(this.#ledger.broken).toBe('')
  }

  /** The venue ended with the engine: it is started once more to say what it remembers. */
  async #finalLedger(): Promise<LedgerView> {
    await attachOrStartVenues(loadConfig(this.#config))
    const ledger = await venueLedger(this.#stateDir)
    expect(ledger).not.toBeNull()
    return ledger!
  }
}

function filledOf(ledger: LedgerView, account: string): string {
  const own = ledger.orders.filter((order) => order.account === account)
  return own.reduce((sum, order) => sum.add(order.filled), new D(0)).toFixed()
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
