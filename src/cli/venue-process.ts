// Finds the embedded venues of a state directory, or starts them as a process of their own.
//
// The process is detached: it outlives an engine that was killed, so that the engine finds its
// orders where it left them. `<state_dir>/venue.json` says where it is; what it says is believed
// only after the admin interface has answered with the same pid.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { FloeConfig } from '#config/config.ts'
import { EngineError } from '#core/engine-error.ts'
import {
  openVenueDirectory,
  readVenueRecord,
  specFingerprint,
  venueRecordPath,
} from '#sim/host-state.ts'
import type { ReadyLine, VenueRecord, VenueSpec } from '#sim/venue-spec.ts'

export interface VenueProcessHandle extends ReadyLine {
  /** True when the process was running before. */
  readonly attached: boolean
  readonly pid: number
}

const READY_TIMEOUT_MS = 15_000
const READY_POLL_MS = 20
const ADMIN_TIMEOUT_MS = 2_000
const LOG_TAIL_LINES = 12

/**
 * The venues of a configuration in `sim` mode, ready for connections.
 * @throws EngineError `venue_differs` when one with another configuration still runs there,
 *   `venue_not_ready` with the tail of its log when it did not come up.
 */
export async function attachOrStartVenues(
  config: FloeConfig,
  options: { readonly venueFile?: string } = {},
): Promise<VenueProcessHandle> {
  const spec = venueSpecOf(config)
  const recordPath = options.venueFile ?? venueRecordPath(config.stateDir)
  const running = await findRunning(recordPath)
  if (running === undefined) return startVenues(spec)
  if (running.fingerprint !== specFingerprint(spec)) {
    throw new EngineError(
      'venue_differs',
      `venues with another configuration still run on ${config.stateDir} (pid ${running.pid}); ` +
        'end that process, or use another state_dir',
    )
  }
  return { ...running.ready, attached: true, pid: running.pid }
}

/** The process that venue.json speaks of, when it answers under its recorded pid. */
export async function findRunning(recordPath: string): Promise<VenueRecord | undefined> {
  const record = readVenueRecord(recordPath)
  if (record === undefined) return undefined
  const health = await askAdmin(record.ready.admin, 'GET', '/health')
  return isHealthOf(health, record.pid) ? record : undefined
}

/** Tells the venues that the engine has ended cleanly, so that a detached process ends too. */
export async function reportEngineEnded(handle: Pick<ReadyLine, 'admin'>): Promise<void> {
  await askAdmin(handle.admin, 'POST', '/engine-ended')
}

/** Whether a recording that the venues play has come to its end. */
export async function isMarketOver(handle: Pick<ReadyLine, 'admin'>): Promise<boolean> {
  const health = await askAdmin(handle.admin, 'GET', '/health')
  return isRecord(health) && health['marketOver'] === true
}

/** Ends the venues of a state directory; false when none answers under its recorded pid. */
export async function endVenues(stateDir: string): Promise<boolean> {
  const running = await findRunning(venueRecordPath(stateDir))
  if (running === undefined) return false
  process.kill(running.pid, 'SIGTERM')
  return true
}

/** What the venue process must know of a configuration. */
export function venueSpecOf(config: FloeConfig): VenueSpec {
  const { market } = config.sim
  const named = config.tasks[0]?.parameters['symbol']
  const symbol = typeof named === 'string' ? named : ''
  return {
    stateDir: config.stateDir,
    seed: config.sim.seed,
    market: market.source === 'capture' ? { ...market, symbol } : market,
    venues: config.venues.map((venue) => {
      const sim = config.sim.venues[venue.market]
      return {
        name: venue.market,
        accounts: venue.accounts.map((name) => ({
          name,
          kind: config.accounts.find((account) => account.name === name)?.kind ?? 'ed25519',
          balances: sim?.balances[name] ?? {},
        })),
        faults: sim?.faults ?? 'none',
      }
    }),
  }
}

async function startVenues(spec: VenueSpec): Promise<VenueProcessHandle> {
  const directory = openVenueDirectory(spec.stateDir)
  const specPath = join(directory, 'spec.json')
  const logPath = join(directory, 'venue.log')
  writeFileSync(specPath, `${JSON.stringify(spec)}\n`)
  const child = spawnDetached(specPath, logPath)
  const ready = await waitUntilReady(child, spec.stateDir, logPath)
  child.unref()
  return { ...ready.ready, attached: false, pid: ready.pid }
}

function spawnDetached(specPath: string, logPath: string): ChildProcess {
  const log = openSync(logPath, 'w', 0o600)
  try {
    return spawn(process.execPath, [mainPath(), specPath], {
      detached: true,
      stdio: ['ignore', log, log],
    })
  } finally {
    closeSync(log)
  }
}

/** In the sources beside this file, in a bundle beside the bundle. */
function mainPath(): string {
  const isSource = import.meta.url.endsWith('.ts')
  return fileURLToPath(new URL(isSource ? './venue-main.ts' : './venue-main.js', import.meta.url))
}

async function waitUntilReady(
  child: ChildProcess,
  stateDir: string,
  logPath: string,
): Promise<VenueRecord> {
  for (let waitedMs = 0; waitedMs < READY_TIMEOUT_MS; waitedMs += READY_POLL_MS) {
    const record = readVenueRecord(venueRecordPath(stateDir))
    if (record?.pid === child.pid && record !== undefined) return record
    if (child.exitCode !== null || child.signalCode !== null) {
      throw notReady('ended before they were ready', logPath)
    }
    await sleep(READY_POLL_MS)
  }
  child.kill('SIGKILL')
  throw notReady(`were not ready within ${READY_TIMEOUT_MS / 1_000} s`, logPath)
}

function notReady(what: string, logPath: string): EngineError {
  const tail = readFileSync(logPath, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES)
  return new EngineError(
    'venue_not_ready',
    `the embedded venues ${what}; the end of ${logPath}:\n${tail.join('\n')}`,
    'fatal',
  )
}

/** The parsed answer, or undefined when nobody answers. */
async function askAdmin(admin: string, method: string, path: string): Promise<unknown> {
  try {
    const signal = AbortSignal.timeout(ADMIN_TIMEOUT_MS)
    const response = await fetch(`${admin}${path}`, { method, signal })
    return await response.json()
  } catch {
    return undefined
  }
}

function isHealthOf(health: unknown, pid: number): boolean {
  return isRecord(health) && health['pid'] === pid
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
