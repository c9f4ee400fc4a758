// Hot path.
// The hot side of the journal: one method a record kind, each a copy into shared memory.
// What decides something is appended before it takes effect; an order before it is sent.
//
// Every method answers Ok, Full (the writer is behind: nothing was appended) or TooLarge.
// `admitsOrders` turns false long before Full, so that the events of orders already out still
// find room. It never waits for the disk; who needs to know asks `syncedSequence`.
import type { Outcome } from '#core/outcome.ts'
import { RingProducer, type SharedRing } from '#core/shared-ring.ts'
import type { MonoNs, WallUs } from '#core/units.ts'
import type { OrderTable } from '#order/order-table.ts'
import type { Fill } from '#order/fill-ledger.ts'
import { DiskState, diskStateOf, JournalWord } from './journal-ring.ts'
import { exactBytes, writeBody } from './record-codec.ts'
import {
  fixedBytes,
  NOTICE_LEVELS,
  RECORD_LAYOUTS,
  type RecordBody,
  type RecordName,
} from './record-layout.ts'
import { RecordWriter, textBytesMax } from './record-writer.ts'

/** Beyond this share of the ring no new order is created: the rest is for news of old ones. */
const FULLNESS_ADMITTING_ORDERS = 0.5

const ORDER_CREATED = RECORD_LAYOUTS.order_created
const ORDER_CREATED_BYTES = fixedBytes(ORDER_CREATED)
const ORDER_EVENT = RECORD_LAYOUTS.order_event
const ORDER_EVENT_BYTES = fixedBytes(ORDER_EVENT)
const FILL = RECORD_LAYOUTS.fill
const FILL_BYTES = fixedBytes(FILL)

export class Journal {
  readonly #ring: SharedRing
  readonly #producer: RingProducer
  readonly #writer: RecordWriter

  /** `lastSequence`: of the last record of the history that this journal continues. */
  constructor(ring: SharedRing, lastSequence: number) {
    this.#ring = ring
    this.#producer = new RingProducer(ring)
    this.#writer = new RecordWriter(this.#producer, lastSequence)
  }

  /** Sequence of the last record appended. */
  get sequence(): number {
    return this.#writer.sequence
  }

  /** Every record up to this one survives a power cut, as far as the disk keeps its word. */
  get syncedSequence(): number {
    return this.#reached(JournalWord.Synced)
  }

  /** Every record up to this one survives the death of this process. */
  get writtenSequence(): number {
    return this.#reached(JournalWord.Written)
  }

  /** Share of the ring in use, 0 to 1. */
  get fullness(): number {
    return this.#producer.fullness
  }

  get diskState(): DiskState {
    return diskStateOf(this.#ring.words)
  }

  /** errno of the last failed write or sync, 0 when the disk is fine. */
  get diskErrno(): number {
    return Atomics.load(this.#ring.words, JournalWord.DiskErrno)
  }

  /** False while the disk fails or the writer is far behind. Cancels may go out all the same. */
  get admitsOrders(): boolean {
    return this.diskState === DiskState.Ok && this.fullness < FULLNESS_ADMITTING_ORDERS
  }

  /** The order's row as it will be sent. Append before sending; Ok is the permission to send. */
  orderCreated(orders: OrderTable, order: number, nowNs: MonoNs): Outcome {
    const writer = this.#writer
    const { kind, version } = ORDER_CREATED
    const outcome = writer.begin(kind, version, ORDER_CREATED_BYTES, nowNs)
    if (outcome !== 0) return outcome
    writer.f64(orders.priceUnits(order))
    writer.f64(orders.qtyUnits(order))
    writer.u32(orders.clientIdHi(order))
    writer.u32(orders.clientIdLo(order))
    writer.i32(orders.task(order))
    writer.i32(orders.instrument(order))
    writer.i32(orders.account(order))
    writer.u8(orders.side(order))
    writer.u8(orders.type(order))
    writer.u8(orders.timeInForce(order))
    writer.flag(orders.isReduceOnly(order))
    return writer.commit()
  }

  /** An OrderEvent, with the row as it is after it; `reason` is a RejectReason. */
  orderEvent(
    orders: OrderTable,
    order: number,
    event: number,
    reason: number,
    nowNs: MonoNs,
  ): Outcome {
    const writer = this.#writer
    const venueOrderId = orders.venueOrderId(order)
    const bytesMax = ORDER_EVENT_BYTES + textBytesMax(venueOrderId)
    const outcome = writer.begin(ORDER_EVENT.kind, ORDER_EVENT.version, bytesMax, nowNs)
    if (outcome !== 0) return outcome
    writer.f64(orders.filledUnits(order))
    writer.f64(orders.cumQtyUnits(order))
    writer.u32(orders.clientIdHi(order))
    writer.u32(orders.clientIdLo(order))
    writer.u8(event)
    writer.u8(orders.state(order))
    writer.u8(reason)
    writer.text(venueOrderId)
    return writer.commit()
  }

  /** A fill as it was booked; `isProvisional` when its trade id was made up by us. */
  fillBooked(fill: Fill, isProvisional: boolean, nowNs: MonoNs): Outcome {
    const writer = this.#writer
    const textBytes =
      textBytesMax(fill.tradeId) + textBytesMax(fill.fee) + textBytesMax(fill.feeAsset)
    const outcome = writer.begin(FILL.kind, FILL.version, FILL_BYTES + textBytes, nowNs)
    if (outcome !== 0) return outcome
    writer.f64(fill.priceUnits)
    writer.f64(fill.qtyUnits)
    writer.f64(fill.venueTimeUs)
    writer.u32(fill.clientIdHi)
    writer.u32(fill.clientIdLo)
    writer.i32(fill.account)
    writer.i32(fill.instrument)
    writer.u8(fill.side)
    writer.flag(fill.isMaker)
    writer.flag(isProvisional)
    writer.text(fill.tradeId)
    writer.text(fill.fee)
    writer.text(fill.feeAsset)
    return writer.commit()
  }

  orderForeign(orders: OrderTable, order: number, nowNs: MonoNs): Outcome {
    const clientIdHi = orders.clientIdHi(order)
    const clientIdLo = orders.clientIdLo(order)
    const foreignId = orders.foreignId(order)
    return this.#append('order_foreign', { clientIdHi, clientIdLo, foreignId }, nowNs)
  }

  engineStart(body: RecordBody<'engine_start'>, nowNs: MonoNs): Outcome {
    return this.#append('engine_start', body, nowNs)
  }

  /** `clean`: every order is settled and every task has been told. The writer syncs it. */
  engineEnd(clean: boolean, nowNs: MonoNs): Outcome {
    return this.#append('engine_end', { clean }, nowNs)
  }

  /** About once a second: recovery measures how long the engine was down from the last one. */
  clockStamp(wallUs: WallUs, nowNs: MonoNs): Outcome {
    return this.#append('clock_stamp', { wallUs }, nowNs)
  }

  /** `facts`: an InstrumentFacts; kept as JSON. */
  instrument(index: number, facts: object, nowNs: MonoNs): Outcome {
    return this.#append('instrument', { index, facts: JSON.stringify(facts) }, nowNs)
  }

  account(body: RecordBody<'account'>, nowNs: MonoNs): Outcome {
    return this.#append('account', body, nowNs)
  }

  taskCreated(body: RecordBody<'task_created'>, nowNs: MonoNs): Outcome {
    return this.#append('task_created', body, nowNs)
  }

  /** `parameters`: the whole new set as JSON text. */
  taskUpdated(task: number, parameters: string, nowNs: MonoNs): Outcome {
    return this.#append('task_updated', { task, parameters }, nowNs)
  }

  taskCommand(body: RecordBody<'task_command'>, nowNs: MonoNs): Outcome {
    return this.#append('task_command', body, nowNs)
  }

  taskState(body: RecordBody<'task_state'>, nowNs: MonoNs): Outcome {
    return this.#append('task_state', body, nowNs)
  }

  /** `note`: JSON text of the task's own making. */
  taskNote(task: number, note: string, nowNs: MonoNs): Outcome {
    return this.#append('task_note', { task, note }, nowNs)
  }

  listingCursor(body: RecordBody<'listing_cursor'>, nowNs: MonoNs): Outcome {
    return this.#append('listing_cursor', body, nowNs)
  }

  /** `origin`: by which way it was said; `who`: an OS user or a token's name, '' if unknown. */
  killSwitch(body: RecordBody<'kill_switch'>, nowNs: MonoNs): Outcome {
    return this.#append('kill_switch', body, nowNs)
  }

  /** What a person said became of an order; append before carrying it out. */
  operatorVerdict(body: RecordBody<'operator_verdict'>, nowNs: MonoNs): Outcome {
    return this.#append('operator_verdict', body, nowNs)
  }

  notice(
    level: (typeof NOTICE_LEVELS)[number],
    code: string,
    text: string,
    nowNs: MonoNs,
  ): Outcome {
    return this.#append('notice', { level: NOTICE_LEVELS.indexOf(level), code, text }, nowNs)
  }

  #append<N extends RecordName>(name: N, body: RecordBody<N>, nowNs: MonoNs): Outcome {
    const { kind, version } = RECORD_LAYOUTS[name]
    const outcome = this.#writer.begin(kind, version, exactBytes(name, body), nowNs)
    if (outcome !== 0) return outcome
    writeBody(this.#writer, name, body)
    return this.#writer.commit()
  }

  /** The words hold 32 bits; the writer is never 2^32 records behind, so the rest follows. */
  #reached(word: number): number {
    const low = Atomics.load(this.#ring.words, word) >>> 0
    const sequence = this.#writer.sequence
    return sequence - (((sequence >>> 0) - low) >>> 0)
  }
}
