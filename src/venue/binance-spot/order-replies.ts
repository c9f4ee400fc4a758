// Hot path.
// Answers to place and cancel, from the reply to venue events. Only what the allow-list of
// wire-codes.ts calls definite becomes a rejection; every other answer, and none at all, leaves
// the order unknown, and the engine asks the venue about it.
import { US_PER_MS, type MonoNs } from '#core/units.ts'
import type { InstrumentTable } from '#market/instrument.ts'
import { RejectReason } from '#order/order-codes.ts'
import type { VenueEventQueue } from '#order/venue-event-queue.ts'
import { VenueEventKind, type VenueEvent } from '#order/venue-event.ts'
import type { ByteScanner } from '#wire/byte-scan.ts'
import { asciiBytes } from '#wire/json-bytes.ts'
import { TextMemo } from '#wire/text-memo.ts'
import type { OrderAnswerLayout } from './order-answer-layout.ts'
import type { ReplyEnvelope } from './reply-envelope.ts'
import { RequestKind, type RequestTable } from './request-table.ts'
import { definiteReason } from './wire-codes.ts'

const ORDER_ID = asciiBytes('orderId')
const TRANSACT_TIME = asciiBytes('transactTime')
const EXECUTED_QTY = asciiBytes('executedQty')
const STATUS = asciiBytes('status')
const CANCELED = asciiBytes('CANCELED')

export class OrderReplies {
  readonly #account: number
  readonly #instruments: InstrumentTable
  readonly #events: VenueEventQueue
  readonly #table: RequestTable
  readonly #texts: TextMemo
  // What a result said.
  #orderId = ''
  #timeUs = 0
  #cumQty = -1
  #isCanceled = false

  constructor(
    account: number,
    instruments: InstrumentTable,
    events: VenueEventQueue,
    table: RequestTable,
    texts: TextMemo = new TextMemo(),
  ) {
    this.#account = account
    this.#instruments = instruments
    this.#events = events
    this.#table = table
    this.#texts = texts
  }

  onPlaceReply(slot: number, reply: ReplyEnvelope, nowNs: MonoNs): void {
    if (reply.status === 200 && this.#readResult(slot, reply)) {
      const event = this.#claim(VenueEventKind.Accepted, slot, nowNs)
      event.venueOrderId = this.#orderId
      event.venueTimeUs = this.#timeUs
      this.#events.publish()
      return
    }
    const reason = definiteReason(reply.status, reply.code, reply.message)
    const isDefinite = reply.status !== 200 && reason !== RejectReason.None
    const kind = isDefinite ? VenueEventKind.Rejected : VenueEventKind.PlaceUnknown
    this.#tellRefusal(kind, reason, slot, reply, nowNs)
  }

  onCancelReply(slot: number, reply: ReplyEnvelope, nowNs: MonoNs): void {
    if (reply.status === 200 && this.#readResult(slot, reply) && this.#isCanceled) {
      const event = this.#claim(VenueEventKind.Cancelled, slot, nowNs)
      event.venueOrderId = this.#orderId
      event.venueTimeUs = this.#timeUs
      event.cumQtyUnits = this.#cumQty
      this.#events.publish()
      return
    }
    const reason = definiteReason(reply.status, reply.code, reply.message)
    const isDefinite = reply.status !== 200 && reason !== RejectReason.None
    const kind = isDefinite ? VenueEventKind.CancelRejected : VenueEventKind.CancelUnknown
    this.#tellRefusal(kind, reason, slot, reply, nowNs)
  }

  /** No answer in time, or the socket it was sent on is gone. */
  onNoAnswer(slot: number, nowNs: MonoNs): void {
    const isPlace = this.#table.kind(slot) === RequestKind.Place
    this.#claim(isPlace ? VenueEventKind.PlaceUnknown : VenueEventKind.CancelUnknown, slot, nowNs)
    this.#events.publish()
  }

  #tellRefusal(
    kind: VenueEventKind,
    reason: RejectReason,
    slot: number,
    reply: ReplyEnvelope,
    nowNs: MonoNs,
  ): void {
    const event = this.#claim(kind, slot, nowNs)
    event.reason = reason
    event.venueCode = reply.code
    event.venueText = reply.message
    this.#events.publish()
  }

  #claim(kind: VenueEventKind, slot: number, nowNs: MonoNs): VenueEvent {
    const event = this.#events.claim(kind, this.#account, nowNs)
    event.instrument = this.#table.instrument(slot)
    event.clientIdHi = this.#table.clientIdHi(slot)
    event.clientIdLo = this.#table.clientIdLo(slot)
    return event
  }

  /** False when the result is absent or malformed: a 200 that cannot be read decides nothing. */
  #readResult(slot: number, reply: ReplyEnvelope): boolean {
    if (reply.resultAt === -1) return false
    const { scanner } = reply
    const { qtyScale } = this.#instruments.at(this.#table.instrument(slot))
    this.#orderId = ''
    this.#timeUs = 0
    this.#cumQty = -1
    this.#isCanceled = false
    if (reply.order !== null) return this.#takeOver(reply.order, scanner, qtyScale)
    scanner.reset(scanner.bytes, reply.resultAt, scanner.end)
    scanner.enterObject()
    while (scanner.nextKey()) {
      if (scanner.keyIs(ORDER_ID)) this.#orderId = this.#readDigits(scanner)
      else if (scanner.keyIs(TRANSACT_TIME)) this.#timeUs = scanner.readInteger() * US_PER_MS
      else if (scanner.keyIs(EXECUTED_QTY)) this.#cumQty = scanner.readDecimal(qtyScale)
      else if (scanner.keyIs(STATUS))
        this.#isCanceled = scanner.readText() && scanner.textIs(CANCELED)
      else scanner.skipValue()
    }
    return scanner.ok && this.#orderId !== ''
  }

  /** The same from the places where a known layout has its fields. */
  #takeOver(answer: OrderAnswerLayout, scanner: ByteScanner, qtyScale: number): boolean {
    scanner.textStart = answer.orderIdAt
    scanner.textEnd = answer.orderIdEnd
    this.#orderId = this.#texts.text(scanner)
    this.#timeUs = answer.time * US_PER_MS
    if (answer.executedQtyAt === -1) return true
    scanner.reset(scanner.bytes, answer.executedQtyAt, scanner.end)
    this.#cumQty = scanner.readDecimal(qtyScale)
    this.#isCanceled = true
    return scanner.ok
  }

  /** An id stays the digits that stand there, whatever their number. */
  #readDigits(scanner: ByteScanner): string {
    scanner.peekValue()
    const start = scanner.position
    if (!scanner.skipValue()) return ''
    scanner.textStart = start
    scanner.textEnd = scanner.position
    return this.#texts.text(scanner)
  }
}
