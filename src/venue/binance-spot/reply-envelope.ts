// Hot path.
// The frame around everything the WS API says: which request it answers and how that ended, or
// that it is a private event. One reusable record; positions point into the message.
//
//   {"id":…,"status":200,"result":{…},"rateLimits":[…]}
//   {"id":…,"status":400,"error":{"code":-2010,"msg":"…","data":{…}},"rateLimits":[…]}
//   {"subscriptionId":0,"event":{…}}
import { US_PER_MS } from '#core/units.ts'
import { ByteScanner } from '#wire/byte-scan.ts'
import { asciiBytes } from '#wire/json-bytes.ts'
import { EventLayout } from './event-layout.ts'
import type { LetterFields } from './letter-fields.ts'
import { LimitLayout } from './limit-layout.ts'
import { OrderAnswerLayout } from './order-answer-layout.ts'
import { LimitKind, type LimitListener } from './rate-limit.ts'

const ID = asciiBytes('id')
const STATUS = asciiBytes('status')
const RESULT = asciiBytes('result')
const ERROR = asciiBytes('error')
const EVENT = asciiBytes('event')
const EVENT_TYPE = asciiBytes('e')
const RATE_LIMITS = asciiBytes('rateLimits')
const CODE = asciiBytes('code')
const MESSAGE = asciiBytes('msg')
const DATA = asciiBytes('data')
const SERVER_TIME = asciiBytes('serverTime')
const RETRY_AFTER = asciiBytes('retryAfter')
const RATE_LIMIT_TYPE = asciiBytes('rateLimitType')
const INTERVAL = asciiBytes('interval')
const INTERVAL_NUM = asciiBytes('intervalNum')
const LIMIT = asciiBytes('limit')
const COUNT = asciiBytes('count')
const TYPE_ORDERS = asciiBytes('ORDERS')
const TYPE_WEIGHT = asciiBytes('REQUEST_WEIGHT')
const SECOND = asciiBytes('SECOND')
const MINUTE = asciiBytes('MINUTE')
const DAY = asciiBytes('DAY')

const OK = 200

const Interval = { Other: 0, Second: 1, Minute: 2, Day: 3 } as const

export class ReplyEnvelope {
  readonly scanner = new ByteScanner()
  /** 0 where the message carries none, or null. */
  id = 0
  status = 0
  code = 0
  message = ''
  /** Venue times of a rate refusal, ms; 0 where not said. */
  serverTimeMs = 0
  retryAfterMs = 0
  /** Start of the result or event value; −1 where there is none. A raw event is the message. */
  resultAt = -1
  eventAt = -1
  /** Where the fields of an order's answer stand; null where it must be read by its keys. */
  order: OrderAnswerLayout | null = null
  /** Where the fields of an event stand; null where it must be walked. */
  event: LetterFields | null = null
  readonly #answer = new OrderAnswerLayout()
  readonly #event = new EventLayout()
  readonly #limits = new LimitLayout()
  /** Of limits in another layout than the usual one: they are read when asked for. */
  #limitsAt = -1

  /** False when the message is not an envelope; then no field may be used. */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    const scanner = this.scanner
    scanner.reset(bytes, start, end)
    this.#clear()
    if (this.#matchAnswer(bytes, start, end) || this.#matchEvent()) return true
    let isRawEvent = false
    scanner.enterObject()
    while (scanner.nextKey()) {
      if (scanner.keyIs(ID)) this.id = this.#readId()
      else if (scanner.keyIs(STATUS)) this.status = scanner.readInteger()
      else if (scanner.keyIs(ERROR)) this.#readError()
      else if (scanner.keyIs(RATE_LIMITS)) this.#passLimits()
      else {
        if (scanner.keyIs(RESULT)) this.resultAt = scanner.position
        else if (scanner.keyIs(EVENT)) this.eventAt = scanner.position
        else if (scanner.keyIs(EVENT_TYPE)) isRawEvent = true
        scanner.skipValue()
      }
    }
    if (isRawEvent && this.eventAt === -1) this.eventAt = start
    return scanner.expectEnd()
  }

  /** Tells each rate limit of the reply; −1 counts are not news and are left out. */
  readLimits(listener: LimitListener): void {
    this.#limits.tell(listener)
    if (this.#limitsAt === -1) return
    const scanner = this.scanner
    scanner.reset(scanner.bytes, this.#limitsAt, scanner.end)
    scanner.enterArray()
    while (scanner.nextElement()) this.#readLimit(listener)
  }

  /** The result of `time`, µs; 0 where the reply has none. */
  readServerTimeUs(): number {
    if (this.resultAt === -1) return 0
    const scanner = this.scanner
    let timeMs = 0
    scanner.reset(scanner.bytes, this.resultAt, scanner.end)
    scanner.enterObject()
    while (scanner.nextKey()) {
      if (scanner.keyIs(SERVER_TIME)) timeMs = scanner.readInteger()
      else scanner.skipValue()
    }
    return scanner.ok ? timeMs * US_PER_MS : 0
  }

  #matchAnswer(bytes: Uint8Array, start: number, end: number): boolean {
    const answer = this.#answer
    if (!answer.match(bytes, start, end, this.#limits)) return false
    this.order = answer
    this.id = answer.id
    this.status = OK
    this.resultAt = answer.resultAt
    return true
  }

  #matchEvent(): boolean {
    if (!this.#event.match(this.scanner)) return false
    this.event = this.#event.fields
    this.eventAt = this.#event.eventAt
    return true
  }

  #clear(): void {
    this.order = null
    this.event = null
    this.id = 0
    this.status = 0
    this.code = 0
    this.message = ''
    this.serverTimeMs = 0
    this.retryAfterMs = 0
    this.resultAt = -1
    this.eventAt = -1
    this.#limitsAt = -1
    this.#limits.count = 0
  }

  #passLimits(): void {
    const scanner = this.scanner
    const end = this.#limits.match(scanner.bytes, scanner.position, scanner.end)
    if (end >= 0) {
      scanner.position = end
      return
    }
    this.#limitsAt = scanner.position
    scanner.skipValue()
  }

  /** Ours are numbers; they may come back quoted. */
  #readId(): number {
    return this.scanner.skipNull() ? 0 : this.scanner.readDecimal(0)
  }

  #readError(): void {
    const scanner = this.scanner
    scanner.enterObject()
    while (scanner.nextKey()) {
      if (scanner.keyIs(CODE)) this.code = scanner.readInteger()
      else if (scanner.keyIs(MESSAGE)) this.message = scanner.readText() ? scanner.text() : ''
      else if (scanner.keyIs(DATA) && scanner.peekValue() === 0x7b) this.#readErrorData()
      else scanner.skipValue()
    }
  }

  #readErrorData(): void {
    const scanner = this.scanner
    scanner.enterObject()
    while (scanner.nextKey()) {
      if (scanner.keyIs(SERVER_TIME)) this.serverTimeMs = scanner.readInteger()
      else if (scanner.keyIs(RETRY_AFTER)) this.retryAfterMs = scanner.readInteger()
      else scanner.skipValue()
    }
  }

  #readLimit(listener: LimitListener): void {
    const scanner = this.scanner
    let isOrders = false
    let isWeight = false
    let interval: number = Interval.Other
    let intervalNum = 0
    let limit = -1
    let count = -1
    scanner.enterObject()
    while (scanner.nextKey()) {
      if (scanner.keyIs(RATE_LIMIT_TYPE)) {
        scanner.readText()
        isOrders = scanner.textIs(TYPE_ORDERS)
        isWeight = scanner.textIs(TYPE_WEIGHT)
      } else if (scanner.keyIs(INTERVAL)) interval = this.#readInterval()
      else if (scanner.keyIs(INTERVAL_NUM)) intervalNum = scanner.readInteger()
      else if (scanner.keyIs(LIMIT)) limit = scanner.readInteger()
      else if (scanner.keyIs(COUNT)) count = scanner.readInteger()
      else scanner.skipValue()
    }
    if (!scanner.ok || limit <= 0 || count < 0) return
    let kind: LimitKind = LimitKind.Other
    if (isOrders && interval === Interval.Second && intervalNum === 10) kind = LimitKind.Orders10S
    if (isOrders && interval === Interval.Day && intervalNum === 1) kind = LimitKind.Orders1D
    if (isWeight && interval === Interval.Minute && intervalNum === 1) kind = LimitKind.Weight1M
    if (kind !== LimitKind.Other) listener.onLimit(kind, limit, count)
  }

  #readInterval(): number {
    const scanner = this.scanner
    if (!scanner.readText()) return Interval.Other
    if (scanner.textIs(SECOND)) return Interval.Second
    if (scanner.textIs(MINUTE)) return Interval.Minute
    return scanner.textIs(DAY) ? Interval.Day : Interval.Other
  }
}
