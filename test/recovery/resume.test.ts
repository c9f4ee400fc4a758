// An iceberg continues another program's work: its working order is taken over by name, its fills
// are read from the venue by trade, and only the rest is sent. Real processes and sockets. A buyer
// takes what stands open, as the market itself may go away from an order for minutes.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { attachOrStartVenues, endVenues } from '../../src/cli/venue-process.ts'
import { readControlFile } from '#control/control-file.ts'
import { loadConfig } from '#config/loader.ts'
import type { LedgerOrder, LedgerView } from '#sim/ledger-view.ts'
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
accounts: {main: {exchange: binance, kind: hmac}, taker: {exchange: binance, kind: hmac}}
venues: {binance_spot: [{account: main}, {account: taker}]}
sim: {seed: 3, venues: {binance_spot: {balances: {main: {BTC: "2"}, taker: {USDT: "90000000"}}}}}
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

type Venue = Awaited<ReturnType<typeof attachOrStartVenues>>['venues'][number]

async function placeOrder(
  venue: Venue,
  account: string,
  order: Readonly<Record<string, string>>,
): Promise<number> {
  const { key, secret } = venue.accounts.find(({ name }) => name === account)!.credentials
  const fields = { symbol: 'BTCUSDT', type: 'LIMIT', timestamp: String(Date.now()), ...order }
  const query = new URLSearchParams(fields).toString()
  const signature = createSigner('hmac', secret).sign(query)
  const reply = await fetch(`${venue.urls.rest}/api/v3/order?${query}&signature=${signature}`, {
    method: 'POST',
    headers: { 'X-MBX-APIKEY': key },
  })
  const text = await reply.text()
  expect(reply.status, text).toBe(200)
  return (JSON.parse(text) as { orderId: number }).orderId
}

/** Another program on the same account sells 0.1 at the ask under the name abc123. */
async function placeAsAnotherProgram(venue: Venue): Promise<number> {
  const ticker = await fetch(`${venue.urls.rest}/api/v3/ticker/bookTicker?symbol=BTCUSDT`)
  const { askPrice } = (await ticker.json()) as { askPrice: string }
  return await placeOrder(venue, 'main', {
    side: 'SELL',
    timeInForce: 'GTC',
    quantity: '0.1',
    price: askPrice,
    newClientOrderId: 'abc123',
  })
}

/** A buyer takes everything up to the price of each order of ours that stands open. */
async function takeOpenOrders(venue: Venue, orders: readonly LedgerOrder[]): Promise<void> {
  for (const { account, status, price } of orders) {
    if (account !== 'main' || (status !== 'new' && status !== 'partially_filled')) continue
    const order = { side: 'BUY', timeInForce: 'IOC', quantity: '60', price }
    await placeOrder(venue, 'taker', order)
  }
}

const RESUMED = 'resume: {filled_quantity: "0.1", average_price: "60000", order_id: '

it.each(['abc123', 'the venue id'])(
  'takes the order over by %s, fills it, and sends the rest',
  async (name) => {
    writeConfig('resume: {filled_quantity: "0"}')
    const [venue] = (await attachOrStartVenues(loadConfig(config))).venues
    const orderId = await placeAsAnotherProgram(venue!)
    writeConfig(`tick_tolerance: 100000, ${RESUMED}"${name === 'abc123' ? name : orderId}"}`)
    const report = join(directory, 'report.json')
    const engine = new EngineProcess(config, '--json', report)
    const ledger = await ledgerWhenDone(engine, venue!)
    expect(await engine.exited, engine.output).toBe(0)
    const { tasks } = JSON.parse(readFileSync(report, 'utf8')) as { tasks: object[] }
    expect(tasks[0]).toMatchObject({ state: 'COMPLETED', filled: '0.3', orders: 1 })
    const own = ledger.orders.filter(({ account }) => account === 'main')
    const names = own.map(({ clientOrderId, qty }) => [clientOrderId.length, qty])
    expect(names).toEqual([
      [6, '0.1'],
      [12, '0.1'],
    ])
  },
  180_000,
)

/** Whether the engine says that its task has taken over what was there and works on. */
async function isExecuting(): Promise<boolean> {
  try {
    const { url, token } = readControlFile(stateDir)
    const reply = await fetch(`${url}/v1/tasks`, { headers: { authorization: `Bearer ${token}` } })
    const { tasks } = (await reply.json()) as { tasks: { state: string }[] }
    return tasks[0]?.state === 'EXECUTING'
  } catch {
    return false
  }
}

/** The newest ledger seen before the venue ended with the engine; its open orders are taken. */
async function ledgerWhenDone(engine: EngineProcess, venue: Venue): Promise<LedgerView> {
  let last = (await venueLedger(stateDir))!
  while (!engine.hasExited) {
    const now = await venueLedger(stateDir)
    if (now !== null) last = now
    if (await isExecuting()) await takeOpenOrders(venue, last.orders)
    await sleep(50)
  }
  return last
}
