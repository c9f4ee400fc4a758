// Journals as engines that were killed leave them, written without waiting for any disk: tasks with
// orders at work, behind as many records of finished orders as their age asks for.
import { RingProducer, SharedRing } from '#core/shared-ring.ts'
import { NS_PER_MS, US_PER_S } from '#core/units.ts'
import { NodeDisk } from '#journal/node-disk.ts'
import { exactBytes, writeBody } from '#journal/record-codec.ts'
import {
  FORMAT_VERSION,
  RECORD_LAYOUTS,
  type RecordBody,
  type RecordName,
} from '#journal/record-layout.ts'
import { RecordWriter } from '#journal/record-writer.ts'
import { beginIncarnation, SegmentWriter, StepResult } from '#journal/segment-writer.ts'
import { journalDirectory, prepareStateDir } from '#journal/state-dir.ts'
import { clientIdHi, clientIdLo } from '#order/client-order-id.ts'
import { OrderEvent, OrderState } from '#order/order-state.ts'
import { IcebergState } from '#task/iceberg-states.ts'
import { spotFacts } from '../native-free-bench/payloads.ts'
import { ACCOUNT_NAME, MARKET_NAME, symbolOf } from './memory-venue.ts'

const RING_BYTES = 1 << 20
const RECORDS_AT_ONCE = 2_000
const RECORD_NS = 10 * NS_PER_MS
const RECORDS_OF_FINISHED = 5
const INCARNATION = 1
/** Of a finished order; the sequence of a client order id has room for so many a task. */
const QTY_UNITS = 1_000

export interface JournalSize {
  readonly tasks: number
  readonly instruments: number
  /** At work when the engine died. */
  readonly ordersPerTask: number
  /** Of orders that were finished long before. */
  readonly oldRecords: number
}

class UnsyncedDisk extends NodeDisk {
  override sync(): void {}
}

/** Ends at `endWallUs`. */
export function writeJournal(stateDir: string, size: JournalSize, endWallUs: number): void {
  new Writing(stateDir, size, endWallUs).write()
}

class Writing {
  readonly #size: JournalSize
  readonly #writer: RecordWriter
  readonly #segments: SegmentWriter
  readonly #wallUs: number
  readonly #sequences: number[]
  #nowNs = 0
  #records = 0
  #trades = 0

  constructor(stateDir: string, size: JournalSize, endWallUs: number) {
    const directory = journalDirectory(prepareStateDir(stateDir))
    const live = size.tasks * (2 + 3 * size.ordersPerTask) + size.instruments
    const lastsUs = ((size.oldRecords + live) * RECORD_NS) / 1_000 + 3_600 * US_PER_S
    this.#size = size
    this.#wallUs = endWallUs - lastsUs
    this.#sequences = Array.from({ length: size.tasks }, () => 0)
    const header = {
      formatVersion: FORMAT_VERSION,
      instance: 1,
      incarnation: INCARNATION,
      firstSequence: 1,
      wallUs: this.#wallUs,
      nowNs: 0,
    }
    const disk = new UnsyncedDisk(directory)
    const ring = SharedRing.allocate(RING_BYTES)
    beginIncarnation(disk, { number: 1, header })
    this.#segments = new SegmentWriter(ring, disk, { number: 1, header })
    this.#writer = new RecordWriter(new RingProducer(ring), 0)
  }

  write(): void {
    const { tasks, instruments, ordersPerTask, oldRecords } = this.#size
    const run = { instance: 1, incarnation: INCARNATION, configHash: '', mode: 'sim' }
    this.#add('engine_start', { ...run, wallUs: this.#wallUs })
    const account = { exchange: 'binance', market: MARKET_NAME, name: ACCOUNT_NAME }
    this.#add('account', { index: 0, ...account })
    for (let index = 0; index < instruments; index++) {
      this.#add('instrument', { index, facts: JSON.stringify(spotFacts(`A${index}`)) })
    }
    for (let task = 0; task < tasks; task++) this.#addTask(task)
    for (let i = 0; i < oldRecords / RECORDS_OF_FINISHED; i++) this.#addFinished(i % tasks)
    // Longer ago than anything that may still be heard of.
    this.#nowNs += 3_600 * 1_000 * NS_PER_MS
    this.#stamp()
    for (let i = 0; i < ordersPerTask * tasks; i++) this.#addWorking(i % tasks)
    this.#stamp()
    while (this.#segments.step() !== StepResult.Idle);
    this.#segments.close()
  }

  #addTask(task: number): void {
    const parameters = JSON.stringify(parametersOf(task, this.#size.instruments))
    this.#add('task_created', { task, id: `task-${task}`, type: 'iceberg', parameters })
    const state = IcebergState.Executing
    this.#add('task_state', { task, state, stateName: 'EXECUTING', reason: '' })
  }

  #addFinished(task: number): void {
    const id = this.#addOrder(task)
    this.#addEvent(id, OrderEvent.Send, OrderState.PendingNew, 0)
    this.#addEvent(id, OrderEvent.Accept, OrderState.Open, 0)
    this.#add('fill', {
      priceUnits: 4_325_000,
      qtyUnits: QTY_UNITS,
      venueTimeUs: this.#wallUs,
      ...id,
      account: 0,
      instrument: task % this.#size.instruments,
      side: task % 2,
      isMaker: true,
      provisional: false,
      tradeId: `${this.#trades++}`,
      fee: '0.0432',
      feeAsset: 'USDT',
    })
    this.#addEvent(id, OrderEvent.FillLast, OrderState.Filled, QTY_UNITS)
  }

  #addWorking(task: number): void {
    const id = this.#addOrder(task)
    this.#addEvent(id, OrderEvent.Send, OrderState.PendingNew, 0)
    this.#addEvent(id, OrderEvent.Accept, OrderState.Open, 0)
  }

  #addOrder(task: number): { readonly clientIdHi: number; readonly clientIdLo: number } {
    const id = {
      clientIdHi: clientIdHi(1, INCARNATION, task),
      clientIdLo: clientIdLo(task, this.#sequences[task]!++),
    }
    this.#add('order_created', {
      priceUnits: 4_325_000,
      qtyUnits: QTY_UNITS,
      ...id,
      task,
      instrument: task % this.#size.instruments,
      account: 0,
      side: task % 2,
      type: 0,
      timeInForce: 0,
      reduceOnly: false,
    })
    return id
  }

  #addEvent(
    id: { readonly clientIdHi: number; readonly clientIdLo: number },
    event: number,
    stateAfter: number,
    filledUnits: number,
  ): void {
    const venueOrderId = event === OrderEvent.Accept ? `${id.clientIdLo}` : ''
    const filled = { filledUnits, cumQtyUnits: filledUnits }
    this.#add('order_event', { ...filled, ...id, event, stateAfter, reason: 0, venueOrderId })
  }

  #stamp(): void {
    this.#add('clock_stamp', { wallUs: this.#wallUs + this.#nowNs / 1_000 })
  }

  #add<N extends RecordName>(name: N, body: RecordBody<N>): void {
    const { kind, version } = RECORD_LAYOUTS[name]
    this.#nowNs += RECORD_NS
    const outcome = this.#writer.begin(kind, version, exactBytes(name, body), this.#nowNs)
    if (outcome !== 0) throw new Error('the ring is full')
    writeBody(this.#writer, name, body)
    this.#writer.commit()
    if (++this.#records % RECORDS_AT_ONCE !== 0) return
    while (this.#segments.step() !== StepResult.Idle);
  }
}

export function parametersOf(task: number, instruments: number): Record<string, unknown> {
  return {
    venue: MARKET_NAME,
    account: ACCOUNT_NAME,
    symbol: symbolOf(task % instruments),
    side: task % 2 === 0 ? 'buy' : 'sell',
    total_quantity: '1000000',
    order_quantity: '0.01',
  }
}
