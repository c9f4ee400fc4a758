// SIGKILL at any moment, then the same command: the total is filled exactly, nothing is left open,
// no id is used twice. Real processes, sockets and files. `npm run test:kill` kills 30 times.
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
  phaseAtDeath,
  untilOrders,
  venueLedger,
  writeConfig,
} from './engine-process.ts'
import type { Phase } from './engine-process.ts'

const KILLS = Number(process.env['FLOE_KILLS'] ?? 4)
const SEED = Number(process.env['FLOE_SEED'] ?? 1)
/** Enough work for every life: about half a slice a kill on each side, and some for the end. */
const TOTAL = (0.05 * KILLS + 0.2).toFixed(2)
const LIFE_TIMEOUT_MS = 60_000

it(
  `fills exactly the total through ${KILLS} kills`,
  async () => {
    const directory = mkdtempSync(join(tmpdir(), 'floe-kill-'))
    const stateDir = join(directory, 'state')
    const config = writeConfig(directory, { sell: TOTAL, buy: TOTAL, slice: '0.02' }, SEED)
    const prng = new Prng(SEED)
    const phases = new Map<Phase, number>()
    try {
      for (let kill = 0; kill < KILLS; kill++) {
        const engine = new EngineProcess(config)
        const before = (await venueLedger(stateDir))?.orders.length ?? 0
        // One life in eight dies while it starts or reconciles; the others once orders fly.
        const diesEarly = prng.chance(0.125)
        const isTrading = diesEarly ? true : await untilOrders(engine, stateDir, before)
        expect(isTrading, engine.output).toBe(true)
        await sleep(prng.nextInteger(0, diesEarly ? 600 : 250))
        await engine.kill()
        const phase = phaseAtDeath(stateDir)
        phases.set(phase, (phases.get(phase) ?? 0) + 1)
      }
      const last = new EngineProcess(config)
      expect(await last.exited, last.output).toBe(0)
      expect(last.output).toContain('continuing 2 unfinished task(s)')
    } finally {
      process.stdout.write(`kills by phase: ${JSON.stringify(Object.fromEntries(phases))}\n`)
    }
    const ledger = await finalLedger(config, stateDir)
    expect(filledOf(ledger, 'main')).toBe(new D(TOTAL).toFixed())
    expect(filledOf(ledger, 'second')).toBe(new D(TOTAL).toFixed())
    expect(ledger.orders.filter(({ status }) => status === 'new')).toEqual([])
    expect(ledger.orders.filter(({ status }) => status === 'partially_filled')).toEqual([])
    const ids = ledger.orders.map((order) => order.clientOrderId)
    expect(new Set(ids).size).toBe(ids.length)
    rmSync(directory, { recursive: true })
  },
  LIFE_TIMEOUT_MS * (KILLS + 1),
)

/** The venue ended with the engine: it is started once more to say what it remembers. */
async function finalLedger(config: string, stateDir: string): Promise<LedgerView> {
  await attachOrStartVenues(loadConfig(config))
  try {
    const ledger = await venueLedger(stateDir)
    expect(ledger).not.toBeNull()
    return ledger!
  } finally {
    await endVenues(stateDir)
  }
}

function filledOf(ledger: LedgerView, account: string): string {
  const own = ledger.orders.filter((order) => order.account === account)
  return own.reduce((sum, order) => sum.add(order.filled), new D(0)).toFixed()
}
