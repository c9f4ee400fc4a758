// `<state_dir>/control.json`: where a running engine's control API listens and the token it wants.
// Readable by its owner alone, replaced whole, removed at a clean end.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { EngineError } from '#core/engine-error.ts'

const controlAddress = z.object({ url: z.string(), token: z.string(), pid: z.int() })
export type ControlAddress = z.infer<typeof controlAddress>

const OWNER_ONLY = 0o600

export function writeControlFile(stateDir: string, address: ControlAddress): void {
  const path = controlFilePath(stateDir)
  const fresh = `${path}.${process.pid}`
  rmSync(fresh, { force: true })
  writeFileSync(fresh, `${JSON.stringify(address)}\n`, { mode: OWNER_ONLY })
  renameSync(fresh, path)
}

/**
 * In a directory that has become read-only it stays: who reads it finds nobody there. That must not
 * keep an engine from ending.
 */
export function removeControlFile(stateDir: string): void {
  try {
    rmSync(controlFilePath(stateDir), { force: true })
  } catch {
    return
  }
}

/** @throws EngineError `not_running` when there is no such file or it makes no sense. */
export function readControlFile(stateDir: string): ControlAddress {
  const path = controlFilePath(stateDir)
  try {
    return controlAddress.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    throw new EngineError(
      'not_running',
      `no engine runs on ${stateDir}: ${path} cannot be read; ` +
        'start one with floe run, or name its directory with --state-dir',
      'error',
      error,
    )
  }
}

function controlFilePath(stateDir: string): string {
  return join(stateDir, 'control.json')
}
