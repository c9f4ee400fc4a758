// The venue as a process of its own: started, used, killed, started again.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { appendFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import type { FloeConfig } from '#config/config.ts'
import { parseConfig } from '#config/loader.ts'
import type { ReadyLine } from '#sim/venue-spec.ts'
import {
  attachOrStartVenues,
  endVenues,
  findRunning,
  reportEngineEnded,
} from '../../src/cli/venue-process.ts'
import type { VenueProcessHandle } from '../../src/cli/venue-process.ts'
import { list } from './binance-spot/front-rig.ts'
import type { Json } from './binance-spot/front-rig.ts'

const FAR_SELL = 'symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=GTC&quantity=0.1&price=70000'

let stateDir: string
const started = new Set<number>()

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'floe-venue-'))
})
afterEach(() => {
  for (const pid of started) killIfAlive(pid)
  started.clear()
  rmSync(stateDir, { recursive: true, force: true })
})

function configOf(seed = 7): FloeConfig {
  return parseConfig(
    `
mode: sim
state_dir: ${stateDir}
accounts:
  main: {exchange: binance, kind: hmac}
  second: {exchange: binance, kind: ed25519}
venues:
  binance_spot: [{account: main}, {account: second}]
sim:
  seed: ${seed}
  venues: {binance_spot: {balances: {main: {BTC: "5", USDT: "500000"}}}}
`,
    'test.yaml',
  )
}

async function start(config = configOf()): Promise<VenueProcessHandle> {
  const handle = await attachOrStartVenues(config)
  started.add(handle.pid)
  return handle
}

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}

async function waitUntilGone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0)
    } catch {
      return
    }
    await sleep(10)
  }
}

async function signed(ready: ReadyLine, method: string, path: string, query = ''): Promise<Json> {
  const venue = ready.venues[0]!
  const { key, secret } = venue.accounts.find((one) => one.name === 'main')!.credentials
  const stamped = `${query}${query === '' ? '' : '&'}timestamp=${Date.now()}`
  const signature = createHmac('sha256', secret).update(stamped).digest('hex')
  const response = await fetch(`${venue.urls.rest}${path}?${stamped}&signature=${signature}`, {
    method,
    headers: { 'X-MBX-APIKEY': key },
  })
  return (await response.json()) as Json
}

async function admin(ready: ReadyLine, path: string, body?: object): Promise<Response> {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
  return fetch(`${ready.admin}${path}`, init)
}

describe('a detached venue', () => {
  it('comes back from a kill as the same venue: ports, keys, orders, balances', async () => {
    const first = await start()
    expect(first.attached).toBe(false)
    const placed = await signed(first, 'POST', '/api/v3/order', `${FAR_SELL}&newClientOrderId=keep`)
    expect(placed['status']).toBe('NEW')
    process.kill(first.pid, 'SIGKILL')
    await waitUntilGone(first.pid)

    const second = await start()
    expect(second.attached).toBe(false)
    expect(second.pid).not.toBe(first.pid)
    expect(second.venues).toEqual(first.venues)
    expect(second.admin).toBe(first.admin)
    const query = 'symbol=BTCUSDT&origClientOrderId=keep'
    const found = await signed(second, 'GET', '/api/v3/order', query)
    expect(found).toMatchObject({ orderId: placed['orderId'], status: 'NEW' })
    const ledger = (await (await admin(second, '/ledger')).json()) as Json
    expect(list(ledger['binance_spot']!['orders'])).toMatchObject([
      { clientOrderId: 'keep', qty: '0.1', filled: '0', status: 'new' },
    ])
    const next = await signed(second, 'POST', '/api/v3/order', FAR_SELL)
    expect(Number(next['orderId'])).toBeGreaterThan(Number(placed['orderId']))
  })

  it('drops a ledger line that was being written when it died', async () => {
    const first = await start()
    await signed(first, 'POST', '/api/v3/order', FAR_SELL)
    process.kill(first.pid, 'SIGKILL')
    await waitUntilGone(first.pid)
    appendFileSync(join(stateDir, 'venue', 'binance_spot.jsonl'), '{"kind":"order","ord')
    const second = await start()
    expect(list(await signed(second, 'GET', '/api/v3/openOrders'))).toHaveLength(1)
    await signed(second, 'POST', '/api/v3/order', FAR_SELL)
    process.kill(second.pid, 'SIGKILL')
    await waitUntilGone(second.pid)
    expect(list(await signed(await start(), 'GET', '/api/v3/openOrders'))).toHaveLength(2)
  })

  it('is attached to while it answers, and refused for another configuration', async () => {
    const first = await start()
    expect(await start()).toMatchObject({ attached: true, pid: first.pid, venues: first.venues })
    await expect(start(configOf(8))).rejects.toThrow(`pid ${first.pid}`)
  })

  it('keeps its keys from other users', async () => {
    await start()
    for (const file of ['venue.json', 'venue/binance_spot.keys.json']) {
      expect(statSync(join(stateDir, file)).mode & 0o777).toBe(0o600)
    }
  })

  it('ends when the engine has ended cleanly', async () => {
    const handle = await start()
    await reportEngineEnded(handle)
    await waitUntilGone(handle.pid)
    expect(await findRunning(join(stateDir, 'venue.json'))).toBeUndefined()
    expect(await endVenues(stateDir)).toBe(false)
  })

  it('ends when told to', async () => {
    const handle = await start()
    expect(await endVenues(stateDir)).toBe(true)
    await waitUntilGone(handle.pid)
  })

  it('is not taken for one whose pid another process has', async () => {
    const handle = await start()
    writeFileSync(
      join(stateDir, 'venue.json'),
      JSON.stringify({ pid: process.pid, fingerprint: '', ready: handle }),
    )
    expect(await endVenues(stateDir)).toBe(false)
  })

  it('says why it did not come up', async () => {
    const config = configOf()
    const market = { source: 'capture', file: join(stateDir, 'nowhere.gz'), speed: 1 } as const
    const broken = { ...config, sim: { ...config.sim, market } }
    await expect(attachOrStartVenues(broken)).rejects.toThrow(/nowhere\.gz cannot be read/)
  })
})

describe('the admin interface', () => {
  it('throws the switches of a front', async () => {
    const handle = await start()
    expect((await admin(handle, '/command', { name: 'clock_offset', ms: 9_000 })).status).toBe(200)
    const late = await signed(handle, 'GET', '/api/v3/openOrders')
    expect(late['code']).toBe(-1021)
    const socket = new WebSocket(`${handle.venues[0]!.urls.ws}/ws`)
    await new Promise((resolve) => {
      socket.once('open', resolve)
    })
    const closed = new Promise((resolve) => {
      socket.once('close', resolve)
    })
    await admin(handle, '/command', { name: 'disconnect', venue: 'binance_spot' })
    await closed
  })

  it.each([
    [{ name: 'explode' }],
    [{ name: 'halt', symbol: 'NOPE', halted: true }],
    [{ name: 'latency', ms: 'long' }],
    [{ name: 'disconnect', venue: 'elsewhere' }],
  ])('refuses %j', async (command) => {
    const response = await admin(await start(), '/command', command)
    expect(response.status).toBe(400)
    expect(await response.json()).toHaveProperty('error')
  })

  it('answers 404 to what it does not know', async () => {
    expect((await admin(await start(), '/secrets')).status).toBe(404)
  })
})

describe('floe sim', () => {
  const children: ChildProcess[] = []
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
  })

  it('prints one ready line and ends with code 0 on SIGINT', async () => {
    const configPath = join(stateDir, 'sim.yaml')
    writeFileSync(
      configPath,
      `mode: sim\nstate_dir: ${stateDir}\naccounts: {main: {exchange: binance}}\n` +
        'venues: {binance_spot: {account: main}}\n',
    )
    const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
    const child = spawn(process.execPath, [main, 'sim', configPath], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.push(child)
    const line = await new Promise<string>((resolve) => {
      child.stdout.once('data', (data: Buffer) => resolve(data.toString()))
    })
    const ready = JSON.parse(line) as ReadyLine
    expect(ready.venues[0]).toMatchObject({ name: 'binance_spot' })
    expect((await fetch(`${ready.venues[0]!.urls.rest}/api/v3/ping`)).status).toBe(200)
    const ended = new Promise((resolve) => {
      child.once('exit', resolve)
    })
    child.kill('SIGINT')
    expect(await ended).toBe(0)
  })
})
