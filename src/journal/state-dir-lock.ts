// One engine per state directory. The lock is a listening socket in Linux's abstract namespace,
// named after the directory's real path: the kernel releases it on any death, and no stale file
// can lie about it. It holds within one network namespace; containers that share a directory
// but no network are not kept apart.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { EngineError } from '#core/engine-error.ts'
import { systemError } from './disk.ts'
import { unwritable } from './state-dir.ts'

const PID_FILE = 'pid'
const NAME_DIGITS = 40

export interface StateDirLock {
  release(): Promise<void>
}

/**
 * Locks the directory for this process.
 * @throws EngineError `state_dir_locked` naming the holder's pid where its file tells.
 */
export async function lockStateDir(path: string): Promise<StateDirLock> {
  const digest = createHash('sha256').update(path).digest('hex').slice(0, NAME_DIGITS)
  const server = createServer((connection) => connection.destroy())
  try {
    server.listen({ path: `\0floe:${digest}` })
    await once(server, 'listening')
  } catch (thrown) {
    throw systemError(thrown).code === 'EADDRINUSE' ? locked(path) : thrown
  }
  server.unref()
  writePid(path)
  return { release: () => close(server) }
}

function locked(path: string): EngineError {
  const pid = holderPid(path)
  const who = pid === '' ? 'another engine' : `another engine (pid ${pid})`
  const message = `state_dir ${path} is in use by ${who}: stop it, or set another state_dir`
  return new EngineError('state_dir_locked', message, 'fatal')
}

function holderPid(path: string): string {
  try {
    return readFileSync(join(path, PID_FILE), 'utf8').trim()
  } catch (thrown) {
    if (systemError(thrown).code === '') throw thrown
    return ''
  }
}

function writePid(path: string): void {
  try {
    writeFileSync(join(path, PID_FILE), `${process.pid}\n`, { mode: 0o600 })
  } catch (thrown) {
    throw unwritable(path, thrown)
  }
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  await closed
}
