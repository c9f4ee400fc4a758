// An iceberg continues another program's work: its working order is taken over by name, its fills
// are read from the venue by trade, and only the rest is sent. Real processes and sockets.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { attachOrStartVenues, endVenues } from '../../src/cli/venue-process.ts'
import { loadConfig } from '#config/loader.ts'
import { createSigner } from '#wire/signatures.ts'
import { EngineProcess, venueLedger } from './engine-process.ts'

let directory = ''
let stateDir = ''
let config = ''

function writeConfig(resume: string): void {
  writeFileSync(
    config,
    `mode: sim
instance: 3
state_dir: ${stateDir}
accounts: {main: {exchange: binance, kind: hmac}}
venues: {binance_spot: {account: main}}
sim: {seed: 3, venues: {binance_spot: {balances: {main: {BTC: "2"}}}}}
risk: {max_order_notional: "100000"}
tasks:
  - {id: sell-1, type: iceberg, venue: binance_spot, account: main, symbol: BTC/USDT, side: sell,
     total_quantity: "0.3", order_quantity: "0.1", ${resume}}
`,
  )
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'floe-resume-'))
  stateDir = join(directory, 'state')
  config = join(directory, 'floe.yaml')
})

afterEach(async () => {
  await endVenues(stateDir)
  rmSync(directory, { recursive: true })
})

/** Another program on the same account sells 0.1 at the ask under the name abc123. */
async function placeAsAnotherProgram(): Promise<string> {
  const venues = await attachOrStartVenues(loadConfig(config))
  const [venue] = venues.venues
  const { key, secret } = venue!.accounts[0]!.credentials
  const ticker = await fetch(`${venue!.urls.rest}/api/v3/ticker/bookTicker?symbol=BTCUSDT`)
  const { askPrice } = (await ticker.json()) as { askPrice: string }
  const query = new URLSearchParams({
    symbol: 'BTCUSDT',
    side: 'SELL',
    type: 'LIMIT',
    timeInForce: 'GTC',
    quantity: '0.1',
    price: askPrice,
    newClientOrderId: 'abc123',
    timestamp: String(Date.now()),
  }).toString()
  const signature = createSigner('hmac', secret).sign(query)
  const reply = await fetch(`${venue!.urls.rest}/api/v3/order?${query}&signature=${signature}`, {
    method: 'POST',
    headers: { 'X-MBX-APIKEY': key },
  })
  expect(reply.status).toBe(200)
  return String(((await reply.json()) as { orderId: number }).orderId)
}

const RESUMED = 'resume: {filled_quantity: "0.1", average_price: "60000", order_id: '

it.each(['abc123', 'the venue id'])(
  'takes the order over by %s, fills it, and sends the rest',
  async (name) => {
    writeConfig('resume: {filled_quantity: "0"}')
    const orderId = await placeAsAnotherProgram()
    writeConfig(`tick_tolerance: 100000, ${RESUMED}"${name === 'abc123' ? name : orderId}"}`)
    const report = join(directory, 'report.json')
    const engine = new EngineProcess(config, '--json', report)
    const ledger = await ledgerWhenDone(engine)
    expect(await engine.exited, engine.output).toBe(0)
    const { tasks } = JSON.parse(readFileSync(report, 'utf8')) as { tasks: object[] }
    expect(tasks[0]).toMatchObject({ state: 'COMPLETED', filled: '0.3', orders: 1 })
    const names = ledger.orders.map(({ clientOrderId, qty }) => [clientOrderId.length, qty])
    expect(names).toEqual([
      [6, '0.1'],
      [12, '0.1'],
    ])
  },
  60_000,
)

/** The newest ledger seen before the venue ended with the engine. */
async function ledgerWhenDone(engine: EngineProcess) {
  let last = (await venueLedger(stateDir))!
  while (!engine.hasExited) {
    const now = await venueLedger(stateDir)
    if (now !== null) last = now
    await new Promise((resolve) => {
      setTimeout(resolve, 20)
    })
  }
  return last
}
