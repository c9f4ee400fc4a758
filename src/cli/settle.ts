// `floe settle`: a person says what became of an order that no venue answer decides; without an id
// it lists such orders. It goes to the running engine, which journals who said it and why.
import { z } from 'zod'
import { loadConfig } from '#config/loader.ts'
import { EngineError } from '#core/engine-error.ts'
import { alignedRows } from './aligned-rows.ts'
import { callControl } from './control-client.ts'
import { ExitCode } from './exit-code.ts'
import { userName } from './kill-file.ts'

export interface SettleOptions {
  readonly as?: string
  readonly filled?: string
  readonly average?: string
  readonly reason?: string
  readonly force?: boolean
  readonly json?: boolean
}

const unsettledList = z.object({
  count: z.number(),
  orders: z.array(
    z.object({
      order: z.string(),
      task: z.string(),
      venue: z.string(),
      account: z.string(),
      symbol: z.string(),
      state: z.string(),
      quantity: z.string(),
      filled: z.string(),
      venue_filled: z.string(),
      venue_order: z.string(),
      age_ms: z.number(),
      asked: z.number(),
    }),
  ),
})
type UnsettledList = z.infer<typeof unsettledList>

/** @throws EngineError for what the engine refuses, in its words. */
export async function settleOrder(
  configPath: string,
  orderId: string | undefined,
  options: SettleOptions,
): Promise<number> {
  const { stateDir } = loadConfig(configPath)
  if (orderId === undefined) return listUnsettled(stateDir, options)
  const { as, filled, average, reason, force } = options
  if (as !== 'absent' && as !== 'done') {
    throw new EngineError('bad_usage', 'say --as absent (it never was) or --as done (it is over)')
  }
  if (reason === undefined || reason.trim() === '') {
    throw new EngineError('bad_usage', 'say --reason: it is journalled with the verdict')
  }
  const verdict = { as, filled, average, reason, force: force === true }
  const body = JSON.stringify({ ...verdict, who: userName(), origin: 'cli' })
  const path = `/v1/orders/${encodeURIComponent(orderId)}/settle`
  await callControl(stateDir, 'POST', path, body)
  const text = `${orderId}: settled as ${as}\n`
  process.stdout.write(options.json === true ? `${JSON.stringify({ settled: orderId })}\n` : text)
  return ExitCode.Done
}

async function listUnsettled(stateDir: string, options: SettleOptions): Promise<number> {
  const list = unsettledList.parse(await callControl(stateDir, 'GET', '/v1/orders/unsettled'))
  process.stdout.write(options.json === true ? `${JSON.stringify(list)}\n` : listText(list))
  return ExitCode.Done
}

function listText({ count, orders }: UnsettledList): string {
  if (count === 0) return 'every order is settled\n'
  const rows = orders.map((row) => [
    row.order,
    row.state,
    `${row.filled} of ${row.quantity} filled`,
    row.venue_filled === row.filled ? '' : `venue counts ${row.venue_filled}`,
    `${row.symbol} on ${row.venue}, account ${row.account}`,
    row.task,
    `${Math.round(row.age_ms / 1_000)} s old, asked ${row.asked} times`,
  ])
  const more = count > orders.length ? `and ${count - orders.length} more\n` : ''
  return `${alignedRows(rows)}${more}`
}
