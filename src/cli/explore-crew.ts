// Many hands: seeds and crash points are handed to threads one by one, and what comes back is in
// any order. Nothing that is added up may depend on it. One hand alone works on the main thread.
import type { Worker } from 'node:worker_threads'
import { countCells } from '#explore/coverage.ts'
import { crashAt, type CrashPoint } from '#explore/crash-sweep.ts'
import { explore, type Exploration } from '#explore/exploration.ts'
import { spawnWorker } from '#loop/spawn-worker.ts'

/** A seed, or a death at one record. */
export type Work = number | CrashPoint

export interface Done {
  readonly work: Work
  readonly run: Exploration
}

export const doWork = (work: Work): Done => ({
  work,
  run: typeof work === 'number' ? explore(work) : crashAt(work),
})

/**
 * Does all of it, or what was begun when `isStopped` turns true. Ends when nothing is under way.
 * @throws what a thread threw.
 */
export async function doAll(
  works: Iterable<Work>,
  jobs: number,
  onDone: (done: Done) => void,
  isStopped: () => boolean,
): Promise<void> {
  const rest = works[Symbol.iterator]()
  const next = (): Work | null => {
    const taken = isStopped() ? undefined : rest.next()
    return taken === undefined || taken.done === true ? null : taken.value
  }
  if (jobs === 1) return doAlone(next, onDone)
  const hands = Array.from({ length: jobs }, () => spawnWorker('explore', null))
  try {
    await Promise.all(hands.map((hand) => keepBusy(hand, next, onDone)))
  } finally {
    await Promise.all(hands.map((hand) => hand.terminate()))
  }
}

/** Between two pieces of work a signal may be heard. */
async function doAlone(next: () => Work | null, onDone: (done: Done) => void): Promise<void> {
  countCells()
  for (let work = next(); work !== null; work = next()) {
    onDone(doWork(work))
    await new Promise((resolved) => {
      setImmediate(resolved)
    })
  }
}

function keepBusy(
  hand: Worker,
  next: () => Work | null,
  onDone: (done: Done) => void,
): Promise<void> {
  return new Promise((resolved, failed) => {
    const goOn = (): void => {
      const work = next()
      if (work === null) return resolved()
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- no window here
      hand.postMessage(work)
    }
    hand.on('error', failed)
    hand.on('message', (done: Done) => {
      onDone(done)
      goOn()
    })
    goOn()
  })
}
