// The one place that starts worker threads, because it knows where their code lies: in the
// sources each in its room as TypeScript, in a bundle side by side with it as JavaScript.
import { Worker } from 'node:worker_threads'

export type WorkerName = 'journal' | 'desk' | 'control' | 'compaction' | 'explore'

const SOURCES: Readonly<Record<WorkerName, string>> = {
  journal: '../journal/journal-worker.ts',
  desk: '../log/desk-worker.ts',
  control: '../control/control-worker.ts',
  compaction: '../loop/compaction-worker.ts',
  explore: '../cli/explore-worker.ts',
}

/** Starts the named worker with its `workerData`; throws only what `Worker` itself throws. */
export function spawnWorker(name: WorkerName, workerData: unknown): Worker {
  return new Worker(workerUrl(name, import.meta.url), { workerData, name })
}

/** Where the worker's code lies, seen from the module at `moduleUrl` that runs now. */
export function workerUrl(name: WorkerName, moduleUrl: string): URL {
  const isSource = moduleUrl.endsWith('.ts')
  return new URL(isSource ? SOURCES[name] : `./${name}-worker.js`, moduleUrl)
}
