// The other side of the hand-off: takes records as they come, out of a ring that it polls like the
// journal's worker or as messages of its port, and says how many there were.
import { parentPort, workerData } from 'node:worker_threads'
import { RingConsumer, SharedRing } from '#core/shared-ring.ts'

export interface DrainData {
  /** Null when the records come as messages. */
  readonly ring: SharedArrayBuffer | null
  /** DrainWord says what they are. */
  readonly words: SharedArrayBuffer
}

export const DrainWord = {
  /** Records drained so far. */
  Drained: 0,
  /** 1 asks to end. */
  Stop: 1,
  /** Always 0: what the worker sleeps on, since nobody wakes it. */
  Sleep: 2,
} as const

const IDLE_MS = 1
const RECORD_BYTES_MAX = 4_096
/** As many as the journal takes for one sync. */
const GROUP_RECORDS_MAX = 256

function drainRing(buffer: SharedArrayBuffer, words: Int32Array): void {
  const consumer = new RingConsumer(new SharedRing(buffer))
  const { bytes } = consumer.ring
  const copy = new Uint8Array(RECORD_BYTES_MAX)
  while (Atomics.load(words, DrainWord.Stop) === 0) {
    let count = 0
    for (; count < GROUP_RECORDS_MAX; count++) {
      const offset = consumer.next()
      if (offset < 0) break
      copy.set(bytes.subarray(offset, offset + consumer.bodyBytes))
    }
    consumer.release()
    if (count > 0) Atomics.add(words, DrainWord.Drained, count)
    else Atomics.wait(words, DrainWord.Sleep, 0, IDLE_MS)
  }
}

function drainMessages(words: Int32Array): void {
  parentPort?.on('message', () => {
    Atomics.add(words, DrainWord.Drained, 1)
  })
}

// Imported by the suite for its types and words, run as a thread.
if (parentPort !== null) {
  const data = workerData as DrainData
  const words = new Int32Array(data.words)
  if (data.ring === null) drainMessages(words)
  else drainRing(data.ring, words)
}
