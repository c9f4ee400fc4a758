// Which incarnation starts now. Client order ids carry it, so it must be larger than every one
// that ever sent an order from here: it is read from the segments and from a file of its own,
// which outlives archived runs and damaged headers, and it is on the medium before anything is
// sent. What it cannot survive is the removal of the whole state directory.
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EngineError } from '#core/engine-error.ts'
import { INCARNATION_MAX } from '#order/client-order-id.ts'
import { systemError } from './disk.ts'
import { NodeDisk } from './node-disk.ts'
import type { JournalHistory } from './reader.ts'
import { decodeSegmentHeader } from './segment-layout.ts'
import { runsDirectory, segmentFiles } from './state-dir.ts'

const FILE = 'incarnation'

/**
 * One more than the largest that this journal or `recorded` can account for. Each damaged header
 * may hide one incarnation, so each counts as one.
 * @throws EngineError `incarnations_exhausted` after 16,383 starts.
 */
export function nextIncarnation(history: JournalHistory, recorded: number): number {
  let last = recorded
  for (const header of history.headers) last = Math.max(last, header.incarnation)
  const next = last + 1 + history.headerlessCount
  if (next <= INCARNATION_MAX) return next
  throw new EngineError(
    'incarnations_exhausted',
    `this state_dir has used all ${INCARNATION_MAX} incarnations: use another instance number ` +
      'with a new state_dir, so that no client order id repeats',
    'fatal',
  )
}

/** The largest incarnation recorded here; from the archived runs when the file is lost. */
export function recordedIncarnation(stateDir: string): number {
  try {
    const text = readFileSync(join(stateDir, FILE), 'utf8').trim()
    if (/^\d{1,5}$/.test(text)) return Number(text)
  } catch (thrown) {
    if (systemError(thrown).code !== 'ENOENT') throw thrown
  }
  return archivedIncarnation(runsDirectory(stateDir))
}

/** Durable when this returns: written beside, synced, renamed over. */
export function recordIncarnation(stateDir: string, incarnation: number): void {
  const fresh = join(stateDir, `${FILE}.new`)
  writeFileSync(fresh, `${incarnation}\n`, { mode: 0o600, flush: true })
  renameSync(fresh, join(stateDir, FILE))
  new NodeDisk(stateDir).syncNames()
}

function archivedIncarnation(runs: string): number {
  let largest = 0
  for (const run of namesIn(runs)) {
    for (const { bytes } of segmentFiles(join(runs, run))) {
      largest = Math.max(largest, decodeSegmentHeader(bytes)?.incarnation ?? largest + 1)
    }
  }
  return largest
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch (thrown) {
    if (systemError(thrown).code === 'ENOENT') return []
    throw thrown
  }
}
