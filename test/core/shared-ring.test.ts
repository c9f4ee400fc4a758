import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AssertionFailure } from '#core/assert.ts'
import { Outcome } from '#core/outcome.ts'
import { Prng } from '#core/prng.ts'
import { RingConsumer, RingProducer, SharedRing } from '#core/shared-ring.ts'

function put(producer: RingProducer, body: readonly number[]): boolean {
  const offset = producer.begin(body.length)
  if (offset === Outcome.Full) return false
  producer.ring.bytes.set(body, offset)
  producer.commit(body.length)
  return true
}

function take(consumer: RingConsumer): number[] | null {
  const offset = consumer.next()
  if (offset < 0) return null
  return [...consumer.ring.bytes.subarray(offset, offset + consumer.bodyBytes)]
}

function ends(capacityBytes: number): [RingProducer, RingConsumer] {
  const ring = SharedRing.allocate(capacityBytes)
  return [new RingProducer(ring), new RingConsumer(ring)]
}

describe('shared ring', () => {
  test('gives records back in order, empty ones too', () => {
    const [producer, consumer] = ends(256)
    put(producer, [1, 2, 3])
    put(producer, [])
    put(producer, [4])
    expect([take(consumer), take(consumer), take(consumer)]).toEqual([[1, 2, 3], [], [4]])
    expect(take(consumer)).toBeNull()
  })

  test('an uncommitted record is not seen, and the next takes its place', () => {
    const [producer, consumer] = ends(64)
    expect(producer.begin(24)).toBeGreaterThan(0)
    expect(take(consumer)).toBeNull()
    put(producer, [9])
    expect(take(consumer)).toEqual([9])
  })

  test('a record may turn out shorter than its reservation', () => {
    const [producer, consumer] = ends(64)
    producer.ring.bytes[producer.begin(24)] = 5
    producer.commit(1)
    put(producer, [6])
    expect([take(consumer), take(consumer)]).toEqual([[5], [6]])
  })

  test('full is an outcome, and only release makes room', () => {
    const [producer, consumer] = ends(64)
    for (let i = 0; i < 4; i++) expect(put(producer, [i])).toBe(true)
    expect(producer.begin(1)).toBe(Outcome.Full)
    expect(producer.fullness).toBe(1)
    take(consumer)
    expect(producer.begin(1)).toBe(Outcome.Full)
    consumer.release()
    expect(put(producer, [4])).toBe(true)
    expect([take(consumer), take(consumer)]).toEqual([[1], [2]])
  })

  test('a record that does not fit before the end begins at the start', () => {
    const [producer, consumer] = ends(64)
    put(producer, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1])
    put(producer, [2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2])
    take(consumer)
    consumer.release()
    expect(producer.begin(9)).toBe(8)
    producer.commit(9)
    expect(take(consumer)?.[0]).toBe(2)
    expect(take(consumer)?.length).toBe(9)
  })

  test('refuses memory and bodies of impossible sizes', () => {
    expect(() => SharedRing.allocate(100)).toThrow(AssertionFailure)
    expect(() => SharedRing.allocate(32)).toThrow(AssertionFailure)
    const [producer] = ends(64)
    expect(() => producer.begin(25)).toThrow(AssertionFailure)
    producer.begin(8)
    expect(() => producer.commit(9)).toThrow(AssertionFailure)
  })

  test('behaves as a bounded queue under any sequence of steps', () => {
    const step = fc.oneof(
      fc.uint8Array({ maxLength: 56 }).map((body) => [...body]),
      fc.constantFrom('take', 'release'),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const [producer, consumer] = ends(128)
        const model: number[][] = []
        for (const what of steps) {
          if (what === 'take') expect(take(consumer)).toEqual(model.shift() ?? null)
          else if (what === 'release') consumer.release()
          else if (typeof what !== 'string' && put(producer, what)) model.push(what)
        }
        for (const body of model) expect(take(consumer)).toEqual(body)
        expect(take(consumer)).toBeNull()
        consumer.release()
        expect(producer.fullness).toBe(0)
      }),
    )
  })

  test('byte counts may pass 2^32: positions stay right', () => {
    const ring = SharedRing.allocate(64)
    const nearTheEnd = -32
    ring.counters.fill(nearTheEnd)
    const producer = new RingProducer(ring)
    const consumer = new RingConsumer(ring)
    for (let i = 0; i < 50; i++) {
      expect(put(producer, [i])).toBe(true)
      expect(take(consumer)).toEqual([i])
      consumer.release()
    }
  })

  test('a thread reads what another writes: whole, in order, nothing twice', async () => {
    const count = 200_000
    const ring = SharedRing.allocate(4_096)
    const worker = new Worker(new URL('./ring-reading-worker.ts', import.meta.url), {
      workerData: { buffer: ring.buffer, count },
    })
    const exit = once(worker, 'exit')
    const producer = new RingProducer(ring)
    const prng = new Prng(1)
    for (let i = 0; i < count;) {
      const bodyBytes = 8 + prng.nextInteger(0, 200)
      const offset = producer.begin(bodyBytes)
      if (offset < 0) {
        await new Promise((resolve) => setImmediate(resolve))
        continue
      }
      ring.bytes.fill(i & 0xff, offset + 8, offset + bodyBytes)
      ring.view.setUint32(offset, i, true)
      ring.view.setUint32(offset + 4, bodyBytes, true)
      producer.commit(bodyBytes)
      i++
    }
    await exit
    expect([ring.words[1], ring.words[2]]).toEqual([count, 0])
  })
})
