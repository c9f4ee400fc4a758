// What the venue process keeps on disk, below `<state_dir>/venue`: keys and ports of each venue,
// and its ledger.
//
//   <state_dir>/venue.json              pid, ports and keys of the process that runs now
//   <state_dir>/venue/spec.json         what it was told
//   <state_dir>/venue/<name>.keys.json  keys and ports, made at the first start and kept
//   <state_dir>/venue/<name>.jsonl      the ledger, one line a fact, written before it is told
//
// Files with keys are readable by their owner alone and replaced whole. A ledger survives the
// process's own death, not the machine's: lines are handed to the kernel, not to the disk.
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { EngineError, errorText } from '#core/engine-error.ts'
import { splitLedger } from './venue-ledger.ts'
import type { LedgerStore } from './venue-ledger.ts'
import type { SimAccountSpec, VenueCredentials, VenueRecord, VenueSpec } from './venue-spec.ts'

const OWNER_ONLY = 0o600
/** As long as the real venue's keys. */
const KEY_BYTES = 32

/** What outlives a restart besides the ledger. */
export interface KeptIdentity {
  /** 0 before the first start. */
  readonly port: number
  readonly accounts: Readonly<Record<string, VenueCredentials>>
}

export const venueDirectory = (stateDir: string): string => join(stateDir, 'venue')
export const venueRecordPath = (stateDir: string): string => join(stateDir, 'venue.json')

/** @throws EngineError `state_dir_unwritable`. */
export function openVenueDirectory(stateDir: string): string {
  const directory = venueDirectory(stateDir)
  try {
    mkdirSync(directory, { recursive: true })
    return directory
  } catch (error) {
    throw new EngineError(
      'state_dir_unwritable',
      `the venue cannot keep its ledger in ${directory}: ${errorText(error)}`,
      'fatal',
      error,
    )
  }
}

/** Two processes with equal fingerprints are interchangeable. */
export function specFingerprint(spec: VenueSpec): string {
  return createHash('sha256').update(JSON.stringify(spec)).digest('hex').slice(0, 16)
}

export function readIdentity(directory: string, name: string): KeptIdentity {
  const found = readJson(identityPath(directory, name)) as Partial<KeptIdentity> | undefined
  return { port: found?.port ?? 0, accounts: found?.accounts ?? {} }
}

export function writeIdentity(directory: string, name: string, identity: KeptIdentity): void {
  writePrivate(identityPath(directory, name), identity)
}

/** The kept keys, and fresh ones for accounts that have none of their kind yet. */
export function credentialsFor(
  accounts: readonly SimAccountSpec[],
  kept: Readonly<Record<string, VenueCredentials>>,
): Readonly<Record<string, VenueCredentials>> {
  const entries = accounts.map(({ name, kind }) => {
    const known = kept[name]
    return [name, known?.kind === kind ? known : freshCredentials(kind)] as const
  })
  return Object.fromEntries(entries)
}

export interface OpenLedger {
  readonly store: LedgerStore
  /** Lines of an earlier life. */
  readonly lines: readonly string[]
  close(): void
}

/** Opens the ledger for appending behind its last whole line. */
export function openLedger(directory: string, name: string): OpenLedger {
  const path = join(directory, `${name}.jsonl`)
  const file = openSync(path, 'a+')
  const { lines, intactLength } = splitLedger(readFileSync(path, 'utf8'))
  ftruncateSync(file, intactLength)
  const store = { append: (line: string) => appendLine(file, line) }
  return { store, lines, close: () => closeSync(file) }
}

export function writeVenueRecord(stateDir: string, record: VenueRecord): void {
  writePrivate(venueRecordPath(stateDir), record)
}

/** Undefined when there is none or it cannot be read. */
export function readVenueRecord(path: string): VenueRecord | undefined {
  const found = readJson(path) as VenueRecord | undefined
  return typeof found?.pid === 'number' && found.ready !== undefined ? found : undefined
}

/** A short write would tear a line in the middle of the file: go on until all is out. */
function appendLine(file: number, line: string): void {
  const bytes = Buffer.from(`${line}\n`)
  let written = 0
  while (written < bytes.length) written += writeSync(file, bytes, written)
}

function freshCredentials(kind: 'hmac' | 'ed25519'): VenueCredentials {
  const key = randomBytes(KEY_BYTES).toString('hex')
  if (kind === 'hmac') return { kind, key, secret: randomBytes(KEY_BYTES).toString('hex') }
  const { privateKey } = generateKeyPairSync('ed25519')
  return { kind, key, secret: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

const identityPath = (directory: string, name: string): string =>
  join(directory, `${name}.keys.json`)

function writePrivate(path: string, value: unknown): void {
  const fresh = `${path}.${process.pid}`
  rmSync(fresh, { force: true })
  writeFileSync(fresh, `${JSON.stringify(value)}\n`, { mode: OWNER_ONLY })
  renameSync(fresh, path)
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}
