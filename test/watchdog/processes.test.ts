// An engine that dies, hangs or comes back, and the process that watches over its orders.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { endVenues } from '../../src/cli/venue-process.ts'
import { eventually, logOf, type RunFiles } from '../cli/run-rig.ts'
import { EngineProcess } from '../recovery/engine-process.ts'
import {
  incarnationOf,
  onlyTheStrangerIsOpen,
  openIds,
  startStanding,
  STRANGER,
  writeStandingRun,
} from './trading-rig.ts'

const SILENCE_MS = 2_000
/** What an engine's orders may outlive its silence. */
const GRACE_MS = 2_000

interface WatchLine {
  readonly event: string
  readonly pid?: number
  readonly incarnation?: number
}

let files: RunFiles
let engines: EngineProcess[] = []

async function start(): Promise<EngineProcess> {
  files = writeStandingRun('watchdog', (written) => {
    written['watchdog'] = { silence: `${SILENCE_MS}ms` }
  })
  const engine = await startStanding(files)
  engines.push(engine)
  await eventually('somebody watches', () => told('watching').length === 1)
  return engine
}

afterEach(async () => {
  for (const engine of engines) if (!engine.hasExited) await engine.kill()
  engines = []
  await eventually('every watchdog ends', () => told('watching').every(({ pid }) => !isAlive(pid)))
  await endVenues(files.stateDir)
})

const told = (event: string): WatchLine[] => {
  try {
    const lines = readFileSync(join(files.stateDir, 'watchdog.log'), 'utf8').trim().split('\n')
    return lines.map((line) => JSON.parse(line) as WatchLine).filter((line) => line.event === event)
  } catch {
    return []
  }
}

function isAlive(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0)
  } catch {
    return false
  }
}

/** How long until nothing of ours is open. */
async function msUntilTakenBack(): Promise<number> {
  const startedMs = performance.now()
  await eventually('ours are taken back', () => onlyTheStrangerIsOpen(files))
  return performance.now() - startedMs
}

it('a killed engine leaves nothing of ours open, and the order of a stranger', async () => {
  const engine = await start()
  await engine.kill('SIGKILL')
  expect(await msUntilTakenBack()).toBeLessThan(SILENCE_MS + GRACE_MS)
  await eventually('it is confirmed', () => told('confirmed').length === 1)
  expect(told('engine_is_gone')).toHaveLength(1)
  expect(told('order_cancelled')).toHaveLength(2)
  expect(await openIds(files)).toEqual([STRANGER])
}, 120_000)

it('so does a frozen one; thawed, it misses its watchdog and starts another', async () => {
  const engine = await start()
  engine.freeze()
  expect(await msUntilTakenBack()).toBeLessThan(SILENCE_MS + GRACE_MS)
  await eventually('it is confirmed', () => told('confirmed').length === 1)
  expect(told('engine_is_silent')).toHaveLength(1)
  engine.thaw()
  await eventually('another watches', () => told('watching').length === 2)
  expect(logOf(files)).toContain('watchdog_lost')
}, 120_000)

it('an engine that is started again at once is not disturbed', async () => {
  const engine = await start()
  await engine.kill('SIGKILL')
  const next = new EngineProcess(files.config)
  engines.push(next)
  const ofNextLife = async (): Promise<string[]> => {
    const ours = (await openIds(files)).filter((id) => id !== STRANGER)
    return ours.filter((id) => incarnationOf(id) === 2)
  }
  await eventually('the next life trades', async () => (await ofNextLife()).length === 2)
  const before = await ofNextLife()
  await eventually('the old watchdog has ended', () => !isAlive(told('watching')[0]?.pid))
  await sleep(SILENCE_MS + GRACE_MS)
  expect(await ofNextLife()).toEqual(before)
  expect(told('watching').map(({ incarnation }) => incarnation)).toEqual([1, 2])
  const ends = [...told('successor_has_come'), ...told('confirmed')]
  expect(ends).toHaveLength(1)
}, 120_000)

it('a watchdog that is killed is missed and replaced', async () => {
  const engine = await start()
  process.kill(told('watching')[0]!.pid!, 'SIGKILL')
  await eventually('another watches', () => told('watching').length === 2)
  expect(logOf(files)).toContain('the watchdog is gone (exit SIGKILL')
  await engine.kill('SIGKILL')
  expect(await msUntilTakenBack()).toBeLessThan(SILENCE_MS + GRACE_MS)
}, 120_000)

it('an engine that ends cleanly says goodbye', async () => {
  const engine = await start()
  await engine.kill('SIGINT')
  await eventually('it has heard', () => told('engine_said_goodbye').length === 1)
  expect(told('order_cancelled')).toEqual([])
}, 120_000)
