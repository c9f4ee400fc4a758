// Whatever a venue says or does, the engine survives, says why it waits, and ends with exactly the
// total or with an error in bounded time. The venue is the embedded one behind real sockets; what
// it would never say is slipped in on the way.
import { readFileSync } from 'node:fs'
import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { D } from '#core/decimal.ts'
import type { ReadyLine } from '#sim/venue-spec.ts'
import type { LedgerView } from '#sim/ledger-view.ts'
import { EngineProcess, untilOrders } from '../recovery/engine-process.ts'
import { floe } from './command-line.ts'
import {
  command,
  eventually,
  expectFilled,
  ledgerAtEnd,
  logOf,
  run,
  writeRun,
  type RunFiles,
  type Written,
} from './run-rig.ts'
import { BINARY, CLOSE, serverFrame, SpoilingProxy, TEXT } from './spoiling-proxy.ts'

const LAUNCHER = fileURLToPath(new URL('../../src/cli/launcher.js', import.meta.url))
const CAPTURE = 'test/fixtures/captures/binance-spot-small.jsonl'
const task = (written: Written): Record<string, unknown> => written.tasks[0]!

describe.concurrent('what passes is waited for', () => {
  it('a halted symbol: suspended with a warning, and on when it trades again', async () => {
    const files = writeRun('halt', (w) => {
      task(w)['total_quantity'] = '0.3'
    })
    const engine = new EngineProcess(files.config)
    expect(await untilOrders(engine, files.stateDir, 1), engine.output).toBe(true)
    await command(files, { name: 'halt', symbol: 'BTCUSDT', halted: true })
    await eventually('suspended', () => engine.output.includes('warn: task.suspended'))
    expect(engine.output).toContain('market_closed')
    const check = await floe('check', files.config)
    expect(check.out).toContain('✗ BTC/USDT on binance_spot: does not trade at present')
    expect(check.code).toBe(1)
    expect(engine.hasExited).toBe(false)
    await command(files, { name: 'halt', symbol: 'BTCUSDT', halted: false })
    expect(await engine.exited, engine.output).toBe(0)
    expectFilled(await ledgerAtEnd(files), '0.3')
  })

  it('a venue whose clock is 5 s ahead: measured, said, traded on', async () => {
    const files = writeRun('clock', (w) => {
      task(w)['total_quantity'] = '0.3'
    })
    const engine = new EngineProcess(files.config)
    expect(await untilOrders(engine, files.stateDir, 0), engine.output).toBe(true)
    await command(files, { name: 'clock_offset', ms: 5_000 })
    await command(files, { name: 'disconnect' })
    await eventually('said', () => engine.output.includes('warn: clock_offset: binance_spot'))
    expect(engine.output).toMatch(
      /differs from this machine's clock by (4[89]|50|51)\d\d ms.*set this machine's clock/,
    )
    const check = await floe('check', files.config)
    expect(check.out).toMatch(/^✗ clock against binance_spot: differs by \d+ ms; set this machine/m)
    expect(check.code).toBe(1)
    expect(await engine.exited, engine.output).toBe(0)
    expectFilled(await ledgerAtEnd(files), '0.3')
  })
})

it.concurrent('a recording that ends too soon: cancelled, told, and added up', async () => {
  const files = writeRun('recording', (w) => {
    Object.assign(w.sim, { market: { source: 'capture', file: CAPTURE, speed: 4 } })
    task(w)['total_quantity'] = '4'
  })
  const report = `${files.stateDir}.json`
  const { code, output } = await run(files, '--json', report)
  expect(output).toContain('warn: market_over: the recording is over: cancelling what it left')
  expect(code).toBe(3)
  const { tasks } = JSON.parse(readFileSync(report, 'utf8')) as { tasks: Ended[] }
  const { state, filled, cancelled, residual, total } = tasks[0]!
  expect(state).toBe('CANCELLED')
  expect(new D(filled).add(cancelled).add(residual).toFixed()).toBe(total)
  expectFilled(await ledgerAtEnd(files), filled)
})

interface Ended {
  readonly state: string
  readonly filled: string
  readonly cancelled: string
  readonly residual: string
  readonly total: string
}

describe('a live venue on loopback', () => {
  let venue: ChildProcess
  let ready: ReadyLine

  beforeAll(async () => {
    const files = writeRun('sim', (w) => {
      w.accounts['second'] = { exchange: 'binance' }
      w.venues['binance_spot']!.push({ account: 'second' })
      w.sim.venues.binance_spot.balances['second'] = { BTC: '5' }
    })
    venue = spawn(process.execPath, [LAUNCHER, 'sim', files.config])
    ready = await new Promise((resolve) => {
      venue.stdout?.once('data', (line: Buffer) => resolve(JSON.parse(line.toString())))
    })
    for (const { name, credentials } of ready.venues[0]!.accounts) {
      vi.stubEnv(`FLOE_${name}_KEY`, credentials.key)
      vi.stubEnv(`FLOE_${name}_SECRET`, credentials.secret)
    }
    vi.stubEnv('FLOE_WRONG_SECRET', 'not-the-secret-of-this-account')
  })
  afterAll(() => {
    venue.kill('SIGTERM')
    vi.unstubAllEnvs()
  })

  /** A run in mode live against the venue, with the keys of `account` unless `change` says else. */
  const live = (name: string, account: string, change: (w: Written) => void): RunFiles =>
    writeRun(name, (w) => {
      w['mode'] = 'live'
      w['warm_up'] = '0s'
      w.sim.venues.binance_spot.balances = {}
      const kind = account === 'main' ? 'ed25519' : 'hmac'
      const keys = { key_env: `FLOE_${account}_KEY`, secret_env: `FLOE_${account}_SECRET` }
      w.accounts = { [account]: { exchange: 'binance', kind, ...keys } }
      w.venues['binance_spot'] = [{ account, urls: { ...ready.venues[0]!.urls } }]
      change(w)
    })
  const ordersOf = async (account: string): Promise<LedgerView> => {
    const reply = await fetch(`${ready.admin}/ledger`)
    const { binance_spot: ledger } = (await reply.json()) as { binance_spot: LedgerView }
    return { ...ledger, orders: ledger.orders.filter((order) => order.account === account) }
  }

  it.concurrent('a wrong secret ends the run with an alarm and code 1', async () => {
    const files = live('wrong-key', 'second', (w) => {
      w.accounts['second']!['secret_env'] = 'FLOE_WRONG_SECRET'
    })
    const { code, output } = await run(files, '--live-confirmed')
    expect(output).toMatch(/alarm: logon_refused: binance_spot .*-1022/)
    expect(output).toMatch(/^floe: no session for account second: .*check its key and secret/m)
    expect(output + logOf(files)).not.toContain('not-the-secret')
    expect(code).toBe(1)
    const check = await floe('check', files.config)
    expect(check.out).toMatch(/^✗ account second: .*-1022.*check its keys/m)
    expect(check.code).toBe(1)
  })

  it.concurrent('absurd frames cost the book or the session, never the run', async () => {
    const { port } = new URL(ready.venues[0]!.urls.ws)
    const market = new SpoilingProxy(Number(port))
    const orders = new SpoilingProxy(Number(port))
    const ws = await market.listen()
    const ws_api = `${await orders.listen()}/ws-api/v3`
    const files = live('absurd', 'main', (w) => {
      w.venues['binance_spot']![0]!['urls'] = { ...ready.venues[0]!.urls, ws, ws_api }
      task(w)['total_quantity'] = '4'
    })
    const report = `${files.stateDir}.json`
    const engine = new EngineProcess(files.config, '--live-confirmed', '--json', report)
    const isTrading = async (): Promise<boolean> => (await ordersOf('main')).orders.length > 0
    await eventually('trades', isTrading)
    for (const { bytes, endsSession } of ABSURD_FRAMES) {
      const made = [market.connectionCount, orders.connectionCount] as const
      market.slipIn(bytes)
      orders.slipIn(bytes)
      const isMadeAnew = (): boolean =>
        engine.hasExited || (market.connectionCount > made[0] && orders.connectionCount > made[1])
      // What is slipped into a connection that is about to end would never be read.
      if (endsSession) await eventually('connects anew', isMadeAnew)
      const before = (await ordersOf('main')).orders.length
      const goesOn = async (): Promise<boolean> =>
        engine.hasExited || (await ordersOf('main')).orders.length > before
      await eventually('goes on', goesOn)
    }
    expect(engine.hasExited, engine.output).toBe(false)
    await engine.kill('SIGINT')
    const { tasks } = JSON.parse(readFileSync(report, 'utf8')) as { tasks: { filled: string }[] }
    expectFilled(await ordersOf('main'), tasks[0]!.filled)
    const log = logOf(files)
    expect(log).toContain('binance_spot a message that cannot be read was left out')
    expect(log).toContain('account 0: a message that is not JSON was left out')
    expect(log).toMatch(/market stream: lost \(protocol_error: the message is too large\)/)
    expect(log).toMatch(/account 0 orders: lost \(closed_by_peer/)
    expect(log.match(/"book_live"/g)!.length).toBeGreaterThan(1)
    expect(log.match(/"account_ready"/g)!.length).toBeGreaterThan(1)
    expect(market.connectionCount).toBeGreaterThan(1)
    expect(orders.connectionCount).toBeGreaterThan(1)
    market.close()
    orders.close()
  })
})

const diff = (price: string): string =>
  '{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1,"s":"BTCUSDT",' +
  `"U":1,"u":1,"b":[["${price}","1"]],"a":[]}}`

const odd = (bytes: Buffer) => ({ bytes, endsSession: false })
const fatal = (bytes: Buffer) => ({ bytes, endsSession: true })

const ABSURD_FRAMES = [
  odd(serverFrame(TEXT, '{"stream":')),
  odd(serverFrame(TEXT, diff('sixty thousand'))),
  odd(serverFrame(TEXT, diff('1e999'))),
  odd(serverFrame(TEXT, '{"stream":"btcusdt@weather","data":{"e":"weather","s":"BTCUSDT"}}')),
  odd(serverFrame(TEXT, '{"e":"weather"}')),
  odd(serverFrame(BINARY, Buffer.from([0, 1, 2, 255]))),
  fatal(serverFrame(CLOSE, '')),
  fatal(serverFrame(TEXT, ' '.repeat(10 << 20))),
  fatal(Buffer.from([0xff, 0xff, 0xff, 0xff])),
]
