// The warm-up before a run: it plays for as long as it was told, is told apart from the run in
// everything the run leaves behind, and makes way for orders that an earlier run left open.
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { rehearse } from '#cli/rehearsal.ts'
import { RealClock } from '#core/real-clock.ts'
import { NS_PER_MS } from '#core/units.ts'
import { EngineProcess, untilOrders } from '../recovery/engine-process.ts'
import { expectFilled, ledgerAtEnd, run, writeRun } from './run-rig.ts'

const clock = new RealClock()
const running = (): number => process.getActiveResourcesInfo().length
const quiet = { isInterrupted: () => false, tell: () => undefined }

it('places orders until its time is over, and leaves nothing that runs', async () => {
  const told: string[] = []
  const before = running()
  const beganNs = clock.nowNs()
  const watch = { ...quiet, tell: (text: string) => told.push(text) }
  const orders = await rehearse(3_000 * NS_PER_MS, clock, watch)
  expect(orders).toBeGreaterThan(0)
  expect(clock.nowNs() - beganNs).toBeGreaterThanOrEqual(3_000 * NS_PER_MS)
  expect(told.at(-1)).toMatch(/^warming up: \d+ orders rehearsed$/)
  // Sockets say goodbye for a moment.
  await expect.poll(running, { timeout: 20_000 }).toBeLessThanOrEqual(before + 1)
})

it('plays nothing in no time, and ends early when it is interrupted', async () => {
  expect(await rehearse(0, clock, quiet)).toBe(0)
  const beganNs = clock.nowNs()
  await rehearse(60_000 * NS_PER_MS, clock, { ...quiet, isInterrupted: () => true })
  expect(clock.nowNs() - beganNs).toBeLessThan(30_000 * NS_PER_MS)
})

it('a run rehearses first, and its report and venue know its own orders alone', async () => {
  const files = writeRun('warm', (written) => {
    written['warm_up'] = '500ms'
  })
  const report = `${files.stateDir}.json`
  const { code, output } = await run(files, '--json', report)
  expect(output).toMatch(/^warm-up: \d+ orders rehearsed$/m)
  expect(code).toBe(0)
  const { tasks, latency } = JSON.parse(readFileSync(report, 'utf8')) as {
    tasks: { orders: number }[]
    latency: Record<string, { count: number }>
  }
  const ledger = await ledgerAtEnd(files)
  expectFilled(ledger, '0.06')
  expect(ledger.orders.length).toBe(tasks[0]!.orders)
  expect(latency['tick_to_order_us']!.count).toBe(tasks[0]!.orders)
})

it('orders that may be open come before any rehearsal', async () => {
  const files = writeRun('warm-after-kill', (written) => {
    written['warm_up'] = '500ms'
  })
  const killed = new EngineProcess(files.config)
  expect(await untilOrders(killed, files.stateDir, 0), killed.output).toBe(true)
  await killed.kill()
  const { code, output } = await run(files)
  expect(output).not.toContain('rehearsed')
  expect(code).toBe(0)
  expectFilled(await ledgerAtEnd(files), '0.06')
})
