// One of the threads that explore: does a piece of work, says what came of it, waits for the next.
import { parentPort } from 'node:worker_threads'
import { countCells } from '#explore/coverage.ts'
import { doWork, type Work } from './explore-crew.ts'

countCells()
parentPort?.on('message', (work: Work) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- no window here
  parentPort?.postMessage(doWork(work))
})
