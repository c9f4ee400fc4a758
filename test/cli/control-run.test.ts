// A running engine obeys: over its HTTP interface, by `floe task …`, and on Ctrl-C. What it is told
// wrongly it refuses in words that name the state and the command.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readControlFile } from '#control/control-file.ts'
import { EngineProcess, untilOrders } from '../recovery/engine-process.ts'
import { floe } from './command-line.ts'
import {
  eventually,
  expectFilled,
  expectNothingOpen,
  expectNothingRuns,
  ledgerAtEnd,
  run,
  writeRun,
  type RunFiles,
} from './run-rig.ts'

interface Shown {
  readonly id: string
  readonly state: string
  readonly filled: string
  readonly total: string
}

describe('a running engine', () => {
  let files: RunFiles
  let engine: EngineProcess

  beforeAll(async () => {
    files = writeRun('control', (written) => {
      const [first] = written.tasks
      written.tasks = [
        { ...first, total_quantity: '2' },
        { ...first, id: 'sell-2', total_quantity: '2' },
      ]
    })
    engine = new EngineProcess(files.config)
    expect(await untilOrders(engine, files.stateDir, 1), engine.output).toBe(true)
  })
  afterAll(async () => {
    await engine.kill('SIGINT')
    await expectNothingRuns(files)
  })

  const task = (...words: string[]) => floe('task', ...words, '--state-dir', files.stateDir)
  const call = async (method: string, path: string, token: string | null, body?: string) => {
    const { url } = readControlFile(files.stateDir)
    const headers = token === null ? {} : { authorization: `Bearer ${token}` }
    const reply = await fetch(`${url}${path}`, { method, headers, ...(body && { body }) })
    return { status: reply.status, text: await reply.text() }
  }
  const shown = async (id: string): Promise<Shown | undefined> => {
    const { token } = readControlFile(files.stateDir)
    const { tasks } = JSON.parse((await call('GET', '/v1/tasks', token)).text) as { tasks: Shown[] }
    return tasks.find((one) => one.id === id)
  }
  const untilState = (id: string, state: string): Promise<void> =>
    eventually(`${id} is ${state}`, async () => (await shown(id))?.state === state)

  it('lists its tasks', async () => {
    const { code, out } = await floe('tasks', '--state-dir', files.stateDir)
    expect(out).toMatch(/^sell-1 {2}EXECUTING {2}iceberg sell BTC\/USDT on binance_spot .* of 2/m)
    expect(out).toMatch(/^sell-2 /m)
    expect(code).toBe(0)
  })

  it('pauses, which takes the order back, updates and resumes a task', async () => {
    expect(await task('pause', 'sell-1')).toMatchObject({
      code: 0,
      out: 'sell-1: pause accepted\n',
    })
    await untilState('sell-1', 'PAUSED')
    const update = await task('update', 'sell-1', 'total_quantity=1.5', 'tick_tolerance=2')
    expect(update).toMatchObject({ code: 0, out: 'sell-1: update accepted\n' })
    await eventually('the new total', async () => (await shown('sell-1'))?.total === '1.5')
    expect((await shown('sell-1'))?.state).toBe('PAUSED')
    expect(await task('resume', 'sell-1')).toMatchObject({ code: 0 })
    await untilState('sell-1', 'EXECUTING')
  })

  it('refuses a command that the state does not allow', async () => {
    const { code, err } = await task('start', 'sell-1')
    expect(err).toBe(
      'floe: sell-1: start is not possible in state EXECUTING (possible: pause, cancel)\n',
    )
    expect(code).toBe(1)
    expect((await task('recover', 'sell-1')).err).toMatch(
      /recover is not possible in state EXECUTING/,
    )
    const { token } = readControlFile(files.stateDir)
    const answer = await call('POST', '/v1/tasks/sell-1/resume', token)
    expect(answer.status).toBe(409)
    expect(answer.text).toMatch(/resume is not possible in state EXECUTING/)
  })

  it('refuses an update that is wrong, whole', async () => {
    const { code, err } = await task('update', 'sell-1', 'tick_tolerance=3', 'order_quantity=-1')
    expect(err).toContain('order_quantity')
    expect(code).toBe(2)
    expect((await task('update', 'sell-1', 'side=buy')).err).toContain('side cannot be updated')
    expect((await task('update', 'sell-1', 'total_quantity')).err).toContain('is no key=value')
  })

  it('knows only the tasks it has, and only who has the token', async () => {
    const { code, err } = await task('pause', 'nobody')
    expect(err).toMatch(/no task "nobody" \(known: sell-1, sell-2\)/)
    expect(code).toBe(1)
    const { token } = readControlFile(files.stateDir)
    expect((await call('POST', '/v1/tasks/nobody/pause', token)).status).toBe(404)
    expect((await call('GET', '/v1/tasks/nobody', token)).status).toBe(404)
    expect((await call('GET', '/v1/nothing', token)).status).toBe(404)
    expect((await call('GET', '/v1/tasks', null)).status).toBe(401)
    expect((await call('POST', '/v1/tasks/sell-1/cancel', 'guess')).status).toBe(401)
    expect((await shown('sell-1'))?.state).toBe('EXECUTING')
    expect(statSync(join(files.stateDir, 'control.json')).mode & 0o077).toBe(0)
  })

  it('cancels a task for good', async () => {
    expect(await task('cancel', 'sell-2')).toMatchObject({ code: 0 })
    await untilState('sell-2', 'CANCELLED')
    expect((await task('resume', 'sell-2')).err).toMatch(
      /resume is not possible in state CANCELLED/,
    )
  })
})

it('without an engine says so', async () => {
  const { code, err } = await floe('tasks', '--state-dir', writeRun('none').stateDir)
  expect(err).toMatch(/^floe: no engine runs on .*; start one with floe run/)
  expect(code).toBe(1)
})

it('Ctrl-C takes orders back, and the next run ends with exactly the total', async () => {
  const files = writeRun('interrupt', (written) => {
    written.tasks[0]!['total_quantity'] = '0.3'
  })
  const report = `${files.stateDir}.json`
  const engine = new EngineProcess(files.config)
  expect(await untilOrders(engine, files.stateDir, 2), engine.output).toBe(true)
  await engine.kill('SIGINT')
  expect(await engine.exited).toBe(3)
  expect(engine.output).toContain('stopping: taking working orders back')
  expect(existsSync(join(files.stateDir, 'control.json'))).toBe(false)
  await expectNothingRuns(files)
  const between = await ledgerAtEnd(files)
  expect(between.orders.length).toBeGreaterThan(0)
  expectNothingOpen(between)

  const { code, output } = await run(files, '--json', report)
  expect(output).toMatch(/^floe sim: continuing 1 unfinished task\(s\): sell-1 EXECUTING\n/)
  expect(code).toBe(0)
  expectFilled(await ledgerAtEnd(files), '0.3')
  expectReportShape(JSON.parse(readFileSync(report, 'utf8')))
})

const DECIMAL = /^-?\d+(\.\d+)?$/

function expectReportShape(report: unknown): void {
  const decimal: unknown = expect.stringMatching(DECIMAL)
  const count: unknown = expect.any(Number)
  const latency = { count, p50: count, p99: count, p999: count, max: count }
  const [tick_to_order_us, turn_us, ack_us] = [latency, latency, latency]
  expect(report).toMatchObject({
    mode: 'sim',
    tasks: [
      {
        id: 'sell-1',
        type: 'iceberg',
        state: 'COMPLETED',
        venue: 'binance_spot',
        symbol: 'BTC/USDT',
        side: 'sell',
        total: '0.3',
        filled: '0.3',
        residual: '0',
        average_price: decimal,
        arrival_price: decimal,
        slippage_bps: decimal,
        orders: count,
        fills: count,
        rejects: 0,
        reprices: count,
        elapsed_ms: count,
      },
    ],
    latency: { tick_to_order_us, turn_us, ack_us, event_loop_delay_us: latency },
  })
}
