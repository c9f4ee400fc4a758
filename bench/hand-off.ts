// A record handed to a worker: what it costs the thread that hands it over, through the shared
// ring and by postMessage. One record is the touch of a book five levels deep, 200 bytes of
// numbers straight into the ring's memory; the others are the journal's of the hot path, an order
// before it is sent and a fill with its texts. postMessage gets the same values as an object that
// is there already.
//
// The workers really take the records, which come one at a time, 20,000 a second, as from an
// engine under full load: the thread that posts a message wakes its receiver, the ring's polls.
// Each hand-off is timed on its own, and what reading the clock costs is taken off both sides.
import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { RingProducer, type SharedRing } from '#core/shared-ring.ts'
import { monoNs, priceUnits, qtyUnits, Side } from '#core/units.ts'
import { allocateJournalRing } from '#journal/journal-ring.ts'
import { Journal } from '#journal/journal.ts'
import type { Fill } from '#order/fill-ledger.ts'
import { OrderTable } from '#order/order-table.ts'
import {
  measured,
  median,
  type BenchOptions,
  type Measurement,
  type Suite,
} from '../native-free-bench/measurement.ts'
import { measurementLine, print } from '../native-free-bench/report.ts'
import { DrainWord, type DrainData } from './draining-worker.ts'

const NAME = 'hand-off'
const GOAL = 50
const GAP_MS = 0.05
/** Until the compiler has seen enough of both sides. */
const WARM_UP_RECORDS = 20_000
/** Different ones, few enough that finding their values is not what is measured. */
const RECORDS = 8
const NOW = monoNs(5_000_000_000)

export const handOffSuite: Suite = {
  name: NAME,
  measure: async (options) => {
    if (!NAME.includes(options.only)) return []
    const listening = new Drain(null)
    const post = (record: object): void => {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- no window here
      listening.worker.postMessage(record)
    }
    const measurements: Measurement[] = []
    try {
      for (const { name, drain, viaRing, objects } of kinds()) {
        const theirs = { drain: listening, handOver: (i: number) => post(objects[i]!) }
        const measurement = await handOff(name, { drain, handOver: viaRing }, theirs, options)
        print(`${measurementLine(measurement)}\n`)
        measurements.push(measurement)
        await drain.stop()
      }
      return measurements
    } finally {
      await listening.stop()
    }
  },
}

interface Kind {
  readonly name: string
  readonly drain: Drain
  /** Hands the record of this index over. */
  readonly viaRing: (index: number) => void
  /** The same records. */
  readonly objects: readonly object[]
}

function* kinds(): Generator<Kind> {
  yield touchKind()
  yield orderKind()
  yield fillKind()
}

interface Touch {
  readonly instrument: number
  readonly updateId: number
  readonly venueTimeUs: number
  readonly receivedNs: number
  readonly nowNs: number
  /** Best first; all four of the same length. */
  readonly bidPrices: readonly number[]
  readonly bidQtys: readonly number[]
  readonly askPrices: readonly number[]
  readonly askQtys: readonly number[]
}

const TOUCH_LEVELS = 5
const TOUCH_BYTES = 8 * (5 + 4 * TOUCH_LEVELS)

function touchKind(): Kind {
  const ring = allocateJournalRing()
  const producer = new RingProducer(ring)
  const doubles = new Float64Array(ring.bytes.buffer, ring.bytes.byteOffset, ring.capacity / 8)
  const touches = Array.from({ length: RECORDS }, (_, index) => touch(index))
  return {
    name: `hand-off of a touch, ${TOUCH_BYTES} bytes`,
    drain: new Drain(ring),
    viaRing: (index) => writeTouch(producer, doubles, touches[index]!),
    objects: touches,
  }
}

function touch(index: number): Touch {
  const levels = (first: number, step: number): number[] =>
    Array.from({ length: TOUCH_LEVELS }, (_, level) => first + index + step * level)
  return {
    instrument: 7,
    updateId: 9_000_000_000 + index,
    venueTimeUs: 1_700_000_000_000_000 + index,
    receivedNs: 5_000_000_000 + index,
    nowNs: 5_000_001_000 + index,
    bidPrices: levels(4_325_000, -1),
    bidQtys: levels(10_000, 37),
    askPrices: levels(4_325_001, 1),
    askQtys: levels(20_000, 53),
  }
}

function writeTouch(producer: RingProducer, doubles: Float64Array, record: Touch): void {
  const offset = producer.begin(TOUCH_BYTES)
  taken(Math.min(offset, 0))
  const start = offset >> 3
  doubles[start] = record.instrument
  doubles[start + 1] = record.updateId
  doubles[start + 2] = record.venueTimeUs
  doubles[start + 3] = record.receivedNs
  doubles[start + 4] = record.nowNs
  const { bidPrices, bidQtys, askPrices, askQtys } = record
  for (let level = 0, at = start + 5; level < TOUCH_LEVELS; level++, at += 4) {
    doubles[at] = bidPrices[level]!
    doubles[at + 1] = bidQtys[level]!
    doubles[at + 2] = askPrices[level]!
    doubles[at + 3] = askQtys[level]!
  }
  producer.commit(TOUCH_BYTES)
}

function orderKind(): Kind {
  const ring = allocateJournalRing()
  const journal = new Journal(ring, 0)
  const orders = orderTable()
  return {
    name: 'hand-off of an order, 72 bytes',
    drain: new Drain(ring),
    viaRing: (index) => taken(journal.orderCreated(orders, index, NOW)),
    objects: Array.from({ length: RECORDS }, (_, index) => orderObject(orders, index)),
  }
}

function fillKind(): Kind {
  const ring = allocateJournalRing()
  const journal = new Journal(ring, 0)
  const fills = Array.from({ length: RECORDS }, (_, index) => fill(index))
  return {
    name: 'hand-off of a fill, 112 bytes',
    drain: new Drain(ring),
    viaRing: (index) => taken(journal.fillBooked(fills[index]!, false, NOW)),
    objects: fills,
  }
}

function taken(outcome: number): void {
  if (outcome !== 0) throw new Error('the ring is full')
}

function orderTable(): OrderTable {
  const orders = new OrderTable(RECORDS)
  for (let i = 0; i < RECORDS; i++) {
    const order = orders.take(0x4080_0200, i)
    orders.setTask(order, 3)
    orders.setInstrument(order, 7)
    orders.setAccount(order, 1)
    orders.setSide(order, Side.Sell)
    orders.setType(order, 2)
    orders.setPriceUnits(order, 4_325_000 + i)
    orders.setQtyUnits(order, 10_000 + i)
  }
  return orders
}

/** What the journal takes of an order's row. */
function orderObject(orders: OrderTable, order: number): object {
  return {
    nowNs: NOW,
    priceUnits: orders.priceUnits(order),
    qtyUnits: orders.qtyUnits(order),
    clientIdHi: orders.clientIdHi(order),
    clientIdLo: orders.clientIdLo(order),
    task: orders.task(order),
    instrument: orders.instrument(order),
    account: orders.account(order),
    side: orders.side(order),
    type: orders.type(order),
    timeInForce: orders.timeInForce(order),
    reduceOnly: orders.isReduceOnly(order),
  }
}

function fill(index: number): Fill {
  return {
    order: index,
    clientIdHi: 0x4080_0200,
    clientIdLo: index,
    task: 3,
    account: 1,
    instrument: 7,
    side: Side.Sell,
    priceUnits: priceUnits(4_325_000 + index),
    qtyUnits: qtyUnits(10_000 + index),
    tradeId: String(4_937_465_012 + index),
    fee: '0.00043250',
    feeAsset: 'USDT',
    isMaker: true,
    venueTimeUs: 1_700_000_000_000_000 + index,
  }
}

interface HandOffSide {
  readonly drain: Drain
  readonly handOver: (index: number) => void
}

async function handOff(
  name: string,
  ours: HandOffSide,
  theirs: HandOffSide,
  { rounds, timeMs }: BenchOptions,
): Promise<Measurement> {
  const sides = [
    { ...ours, ns: [] as number[] },
    { ...theirs, ns: [] as number[] },
  ] as const
  for (const { drain, handOver } of sides) {
    for (let i = 0; i < WARM_UP_RECORDS; i++) handOver(i % RECORDS)
    await drain.drained(WARM_UP_RECORDS)
  }
  for (let round = 0; round < rounds; round++) {
    const clockNs = median(paced(() => {}, timeMs / 4))
    for (const { drain, handOver, ns } of round % 2 === 0 ? sides : sides.toReversed()) {
      const samplesNs = paced(handOver, timeMs)
      await drain.drained(samplesNs.length)
      ns.push(median(samplesNs) - clockNs)
    }
  }
  const line = { row: '11', name, against: 'postMessage', unit: 'ns', goal: GOAL } as const
  return measured(line, sides[0].ns, sides[1].ns)
}

/** The time of each hand-off together with the clock's, ns. */
function paced(handOver: (index: number) => void, timeMs: number): number[] {
  const samplesNs: number[] = []
  const endMs = performance.now() + timeMs
  for (let nextMs = performance.now(); nextMs < endMs;) {
    const index = samplesNs.length % RECORDS
    const start = process.hrtime.bigint()
    handOver(index)
    samplesNs.push(Number(process.hrtime.bigint() - start))
    nextMs = performance.now() + GAP_MS
    while (performance.now() < nextMs);
  }
  return samplesNs
}

/** A worker that takes records, and how far it is. */
class Drain {
  readonly worker: Worker
  readonly #words: Int32Array
  #expected = 0

  constructor(ring: SharedRing | null) {
    const words = new SharedArrayBuffer(Object.keys(DrainWord).length * 4)
    const workerData: DrainData = { ring: ring?.buffer ?? null, words }
    this.#words = new Int32Array(words)
    this.worker = new Worker(new URL('./draining-worker.ts', import.meta.url), { workerData })
  }

  /** Resolves when `count` more records were taken. */
  async drained(count: number): Promise<void> {
    this.#expected = (this.#expected + count) | 0
    while (Atomics.load(this.#words, DrainWord.Drained) !== this.#expected) await delay(1)
  }

  async stop(): Promise<void> {
    Atomics.store(this.#words, DrainWord.Stop, 1)
    await this.worker.terminate()
  }
}
