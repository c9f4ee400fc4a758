// An engine process whose orders stay open, a stranger's order beside them, and the venue's own
// word on what is open. Processes, sockets and files are real.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { ParsedClientId, clientIdParts } from '#order/client-order-id.ts'
import type { ReadyLine } from '#sim/venue-spec.ts'
import { createSigner } from '#wire/signatures.ts'
import { eventually, writeRun, type RunFiles, type Written } from '../cli/run-rig.ts'
import { EngineProcess, venueLedger } from '../recovery/engine-process.ts'

export const STRANGER = 'another-program-1'
/** Far from the touch: nothing of it fills while a test looks. */
const AWAY_TICKS = 20_000

/** Two icebergs whose orders stand far from the touch and are never repriced. */
export function writeStandingRun(name: string, change: (written: Written) => void): RunFiles {
  return writeRun(name, (written) => {
    const standing = { ...written.tasks[0], offset_ticks: AWAY_TICKS, reprice: 'never' }
    written.tasks = [standing, { ...standing, id: 'sell-2' }]
    change(written)
  })
}

/** Starts an engine and waits until both orders stand, and a stranger's beside them. */
export async function startStanding(files: RunFiles): Promise<EngineProcess> {
  const engine = new EngineProcess(files.config)
  await eventually('both orders stand', async () => {
    expect(engine.hasExited, engine.output).toBe(false)
    return (await openIds(files)).length === 2
  })
  await placeOrder(files, STRANGER)
  return engine
}

/** Client order ids of what is open at the venue. */
export async function openIds({ stateDir }: RunFiles): Promise<string[]> {
  const ledger = await venueLedger(stateDir)
  const open = (ledger?.orders ?? []).filter(({ status }) => OPEN.includes(status))
  return open.map(({ clientOrderId }) => clientOrderId)
}
const OPEN = ['new', 'partially_filled']

export async function onlyTheStrangerIsOpen(files: RunFiles): Promise<boolean> {
  const open = await openIds(files)
  return open.length === 1 && open[0] === STRANGER
}

/** Every order that the venue has ever seen. */
export async function orderCount({ stateDir }: RunFiles): Promise<number> {
  return (await venueLedger(stateDir))?.orders.length ?? 0
}

/** Of the engine that placed the order. */
export function incarnationOf(clientOrderId: string): number {
  const id = new ParsedClientId()
  expect(id.parseText(clientOrderId)).toBe(true)
  return clientIdParts(id.hi, id.lo).incarnation
}

/** Somebody else on the same account sells a little, far away. */
export async function placeOrder({ stateDir }: RunFiles, clientOrderId: string): Promise<void> {
  const { ready } = JSON.parse(readFileSync(join(stateDir, 'venue.json'), 'utf8')) as {
    readonly ready: ReadyLine
  }
  const [venue] = ready.venues
  const { key, kind, secret } = venue!.accounts[0]!.credentials
  const query = new URLSearchParams({
    symbol: 'BTCUSDT',
    side: 'SELL',
    type: 'LIMIT',
    timeInForce: 'GTC',
    quantity: '0.01',
    price: '62000',
    newClientOrderId: clientOrderId,
    timestamp: String(Date.now()),
  }).toString()
  const signature = encodeURIComponent(createSigner(kind, secret).sign(query))
  const reply = await fetch(`${venue!.urls.rest}/api/v3/order?${query}&signature=${signature}`, {
    method: 'POST',
    headers: { 'X-MBX-APIKEY': key },
  })
  expect(reply.status, await reply.text()).toBe(200)
}
