// Reads numbered records from a ring on a thread of its own and leaves in the
// ring's words how many there were (1) and how many were wrong (2).
import { workerData } from 'node:worker_threads'
import { RingConsumer, SharedRing } from '#core/shared-ring.ts'

const { buffer, count } = workerData as { buffer: SharedArrayBuffer; count: number }
const ring = new SharedRing(buffer)
const consumer = new RingConsumer(ring)
let read = 0
let wrong = 0
while (read < count) {
  const offset = consumer.next()
  if (offset < 0) {
    Atomics.wait(ring.words, 0, 0, 1)
    continue
  }
  if (!isExpected(offset)) wrong++
  read++
  if (read % 7 === 0 || read === count) consumer.release()
  else if (ring.usedBytes > ring.capacity / 2) consumer.release()
}
ring.words[1] = read
ring.words[2] = wrong

function isExpected(offset: number): boolean {
  const bodyBytes = consumer.bodyBytes
  if (ring.view.getUint32(offset, true) !== read) return false
  if (ring.view.getUint32(offset + 4, true) !== bodyBytes) return false
  for (let i = offset + 8; i < offset + bodyBytes; i++) {
    if (ring.bytes[i] !== (read & 0xff)) return false
  }
  return true
}
