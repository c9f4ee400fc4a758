// Owns the log's life around the engine: its ring, its worker, its end.
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { SharedRing } from '#core/shared-ring.ts'
import type { DeskWorkerData } from './desk-worker.ts'
import { LogWord } from './notice-layout.ts'
import { NoticeLog } from './notice-log.ts'

const RING_BYTES = 1 << 20
/** What a worker that has ended calls its thread. */
const NO_THREAD = -1

export interface OpenLog {
  readonly log: NoticeLog
  /** Returns when every notice said so far is in the file, as far as the disk allows. */
  close: () => Promise<void>
}

/** Starts the desk worker on `<stateDir>/floe.log`; the directory exists. */
export function openLog(stateDir: string, spawnDeskWorker: (d: DeskWorkerData) => Worker): OpenLog {
  const ring = SharedRing.allocate(RING_BYTES)
  const worker = spawnDeskWorker({ ring: ring.buffer, logPath: join(stateDir, 'floe.log') })
  const log = new NoticeLog(ring)
  // Without a desk notices still reach the status line; the ring fills and they count as dropped.
  worker.on('error', () => Atomics.store(ring.words, LogWord.Stopped, 1))
  worker.unref()
  return { log, close: () => stop(worker, ring) }
}

async function stop(worker: Worker, ring: SharedRing): Promise<void> {
  worker.ref()
  const exit = new Promise((resolve) => worker.once('exit', resolve))
  Atomics.store(ring.words, LogWord.Stop, 1)
  if (worker.threadId !== NO_THREAD) await exit
}
