// `floe kill --without-engine`: this process takes back every order of the configured instance
// itself, whatever life of its engine placed it, and proves that none is left. Nothing else of the
// accounts is touched.
import { setTimeout as sleep } from 'node:timers/promises'
import type { FloeConfig } from '#config/config.ts'
import { loadConfig } from '#config/loader.ts'
import { EngineError } from '#core/engine-error.ts'
import { lockStateDir, type StateDirLock } from '#journal/state-dir-lock.ts'
import { prepareStateDir } from '#journal/state-dir.ts'
import { INCARNATION_MAX } from '#order/client-order-id.ts'
import type { AccountSweep } from '#watchdog/account-sweep.ts'
import type { WatchFields, WatchLog } from '#watchdog/watch-log.ts'
import type { WatchedAccount } from '#watchdog/watchdog-spec.ts'
import { alignedRows } from './aligned-rows.ts'
import { ExitCode } from './exit-code.ts'
import { RescueRoom } from './rescue-room.ts'
import { resolveVenues, type RunVenues } from './run-sources.ts'

const POLL_MS = 50

export interface AloneOptions {
  readonly waitMs: number
  readonly isJson: boolean
}

export async function takeBackAlone(configPath: string, options: AloneOptions): Promise<number> {
  const config = loadConfig(configPath)
  const lock = await lockOrSay(config)
  try {
    const venues = await resolveVenues(config)
    return await sweepAll(config, watchedAccounts(venues), options)
  } finally {
    await lock?.release()
  }
}

/** Every account of the venues of a run, as a sweep wants them. */
export function watchedAccounts({ venues }: Pick<RunVenues, 'venues'>): WatchedAccount[] {
  return venues.flatMap(({ make, urls, accounts }) =>
    accounts.map(({ name, credentials }) => ({
      market: make.marketName,
      name,
      urls: { ...urls },
      credentials: { ...credentials },
    })),
  )
}

/** No engine is to start meanwhile. One that runs and does not answer is not waited for. */
async function lockOrSay(config: FloeConfig): Promise<StateDirLock | null> {
  try {
    return await lockStateDir(prepareStateDir(config.stateDir))
  } catch (thrown) {
    const isHeld = thrown instanceof EngineError && thrown.code === 'state_dir_locked'
    if (!isHeld) throw thrown
    const text = 'an engine holds the directory and does not answer: end it, it may send orders'
    process.stderr.write(`floe: ${text}\n`)
    return null
  }
}

async function sweepAll(
  config: FloeConfig,
  accounts: readonly WatchedAccount[],
  { waitMs, isJson }: AloneOptions,
): Promise<number> {
  const crash: { thrown: unknown } = { thrown: null }
  const room = new RescueRoom((thrown) => {
    crash.thrown = thrown
  })
  const owner = { instance: config.instance, incarnationMax: INCARNATION_MAX }
  const sweeps = room.sweepsFor(accounts, owner, new Progress(isJson))
  const startedNs = room.clock.nowNs()
  // An engine may have sent its last order just before.
  for (const sweep of sweeps) sweep.begin(startedNs + sweep.orderWindowNs, startedNs)
  room.wake()
  const startedMs = Date.now()
  while (!sweeps.every(({ isClear }) => isClear) && Date.now() - startedMs < waitMs) {
    if (crash.thrown !== null) throw crash.thrown
    await sleep(POLL_MS)
  }
  room.stop()
  return conclude(sweeps, isJson)
}

function conclude(sweeps: readonly AccountSweep[], isJson: boolean): number {
  const isConfirmed = sweeps.every(({ isClear }) => isClear)
  const cancelled = sweeps.reduce((sum, { cancelledCount }) => sum + cancelledCount, 0)
  process.stdout.write(
    isJson
      ? `${JSON.stringify({ engaged: true, confirmed: isConfirmed, cancelled, ...rest(sweeps) })}\n`
      : text(sweeps, isConfirmed, cancelled),
  )
  return isConfirmed ? ExitCode.Done : ExitCode.Unconfirmed
}

function rest(sweeps: readonly AccountSweep[]): object {
  return {
    open: sweeps.flatMap(({ market, name, open }) =>
      open.map((order) => ({
        order: order.clientOrderId,
        venue: market,
        account: name,
        symbol: order.symbol,
        state: order.status,
        filled: order.filled,
        quantity: order.quantity,
      })),
    ),
    unproved: sweeps
      .filter(({ isClear }) => !isClear)
      .map(({ market, name, problem }) => ({ venue: market, account: name, why: problem })),
  }
}

function text(sweeps: readonly AccountSweep[], isConfirmed: boolean, cancelled: number): string {
  const head = `${cancelled} order(s) taken back; release with floe kill CONFIG --release`
  if (isConfirmed) return `${head}\nconfirmed by the venues: no order of ours is open\n`
  const rows = sweeps.flatMap(({ market, name, open, isClear, problem }) => [
    ...open.map((order) => [
      '  order',
      order.clientOrderId,
      order.status,
      `${order.filled} of ${order.quantity} filled`,
      `${order.symbol} on ${market}, account ${name}`,
    ]),
    ...(isClear ? [] : [['  unconfirmed', `${market} ${name}`, problem || 'not in time']]),
  ])
  return `${head}\nNOT confirmed:\n${alignedRows(rows)}`
}

/** What is done, as it is done. */
class Progress implements WatchLog {
  readonly #isQuiet: boolean

  constructor(isQuiet: boolean) {
    this.#isQuiet = isQuiet
  }

  tell(event: string, fields: WatchFields): void {
    if (this.#isQuiet) return
    const words = Object.entries(fields).map(([name, value]) => `${name}=${value}`)
    process.stderr.write(`${event} ${words.join(' ')}\n`)
  }
}
