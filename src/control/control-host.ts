// The engine's end of the control API: starts its thread, says where it listens, and ends it
// before the process may exit. Commands and status pass through shared memory, never through here.
import { randomBytes } from 'node:crypto'
import type { Worker } from 'node:worker_threads'
import { EngineError } from '#core/engine-error.ts'
import { spawnWorker } from '#loop/spawn-worker.ts'
import { allocateCommandRings, CommandQueue } from './command-queue.ts'
import { removeControlFile, writeControlFile } from './control-file.ts'
import { STOP, type ControlMessage, type ControlWorkerData } from './control-messages.ts'
import { allocateStatusView, StatusPublisher } from './status-view.ts'

const TOKEN_BYTES = 32

export interface ControlHost {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  /** Drained by the engine once a turn. */
  readonly commands: CommandQueue
  readonly status: StatusPublisher
  /** Must be awaited before the process exits: an open listener would abort it. */
  stop(): Promise<void>
}

/**
 * Listens on loopback and writes `<stateDir>/control.json`. `port` 0 takes any free one; `tasks` is
 * how many can be shown.
 * @throws EngineError `port_in_use`.
 */
export async function startControl(
  stateDir: string,
  port: number,
  tasks: number,
): Promise<ControlHost> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url')
  const rings = allocateCommandRings()
  const status = allocateStatusView(tasks)
  const data: ControlWorkerData = { port, token, rings, status }
  const worker = spawnWorker('control', data)
  const ended = new Promise<void>((resolve) => {
    worker.once('exit', () => resolve())
  })
  const url = `http://127.0.0.1:${await listeningPort(worker, port)}`
  writeControlFile(stateDir, { url, token, pid: process.pid })
  return {
    url,
    commands: new CommandQueue(rings),
    status: new StatusPublisher(status),
    async stop(): Promise<void> {
      removeControlFile(stateDir)
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- no window here
      worker.postMessage(STOP)
      await ended
    },
  }
}

function listeningPort(worker: Worker, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject)
    worker.once('message', (message: ControlMessage) => {
      if (message.kind === 'listening') resolve(message.port)
      else {
        reject(
          new EngineError(
            'port_in_use',
            `control.port ${port} is in use on 127.0.0.1; choose another, or 0 for any free one`,
          ),
        )
      }
    })
  })
}
