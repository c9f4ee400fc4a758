// `<state_dir>/KILL`: while it exists no engine on that directory trades. A person may make it with
// nothing but a shell, an engine that was killed makes it for the next start, and a release removes
// it. Its first line is the reason.
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { KillCause } from '#risk/kill-switch.ts'

const REASON_LENGTH_MAX = 500
const OWNER_ONLY = 0o600

export const killFilePath = (stateDir: string): string => join(stateDir, 'KILL')

/** Null when there is none. One that cannot be read is one. */
export function readKillFile(stateDir: string): KillCause | null {
  const path = killFilePath(stateDir)
  try {
    return causeOf(path, readFileSync(path, 'utf8'))
  } catch (thrown) {
    return isMissing(thrown) ? null : causeOf(path, '')
  }
}

/** The same without waiting for the disk. */
export async function lookForKillFile(stateDir: string): Promise<KillCause | null> {
  const path = killFilePath(stateDir)
  try {
    return causeOf(path, await readFile(path, 'utf8'))
  } catch (thrown) {
    return isMissing(thrown) ? null : causeOf(path, '')
  }
}

/** One that is there already stays as it is: its author said why. */
export function writeKillFile(stateDir: string, { origin, who, reason }: KillCause): void {
  const by = who === '' ? origin : `${who} (${origin})`
  const text =
    `${reason}\n# engaged by ${by}, ${new Date().toISOString()}\n` +
    '# removing this file releases nothing that runs: floe kill CONFIG --release does\n'
  try {
    writeFileSync(killFilePath(stateDir), text, { mode: OWNER_ONLY, flag: 'wx' })
  } catch (thrown) {
    if (!hasCode(thrown, 'EEXIST')) throw thrown
  }
}

export function removeKillFile(stateDir: string): void {
  rmSync(killFilePath(stateDir), { force: true })
}

/** Who runs this command, for the audit. */
export function userName(): string {
  try {
    return userInfo().username
  } catch {
    // A user id without a name: a container.
    return `uid ${process.getuid?.() ?? ''}`
  }
}

function causeOf(path: string, text: string): KillCause {
  const reason = text.split('\n').find((line) => line.trim() !== '' && !line.startsWith('#'))
  const known = reason?.trim().slice(0, REASON_LENGTH_MAX)
  return { origin: 'file', who: ownerOf(path), reason: known ?? `the file ${path} exists` }
}

function ownerOf(path: string): string {
  try {
    const { uid } = statSync(path)
    return uid === process.getuid?.() ? userName() : `uid ${uid}`
  } catch {
    return ''
  }
}

const isMissing = (thrown: unknown): boolean => hasCode(thrown, 'ENOENT')

function hasCode(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === code
}
