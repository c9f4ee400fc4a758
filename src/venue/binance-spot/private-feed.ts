// Hot path.
// Private events of Binance spot, from bytes to the venue event queue.
//
//   {"subscriptionId":0,"event":{"e":"executionReport","s":"BTCUSDT","c":"f…","x":"TRADE",…}}
//
// The wrapper may be missing. Orders that are not ours (another program, the web page) are
// counted and skipped: nothing may act on them. What an event means for an order is decided
// later, in the turn; here it is only decoded. Source: user data stream document, 2026-07-21.
import { Side, US_PER_MS, type MonoNs } from '#core/units.ts'
import type { Instrument } from '#market/instrument.ts'
import { ParsedClientId } from '#order/client-order-id.ts'
import type { VenueEventQueue } from '#order/venue-event-queue.ts'
import { Terminal, VenueEventKind, type VenueEvent } from '#order/venue-event.ts'
import { ByteScanner, ScanRefusal } from '#wire/byte-scan.ts'
import { asciiBytes } from '#wire/json-bytes.ts'
import { TextMemo } from '#wire/text-memo.ts'
import { LetterFields, NOT_PLAIN } from './letter-fields.ts'
import type { ReplyEnvelope } from './reply-envelope.ts'
import type { SymbolLookup } from './symbol-lookup.ts'
import { orderStatus, streamRejectReason } from './wire-codes.ts'

/** What a private message was. Below zero: refused. */
export const PrivateDecoded = {
  Told: 0,
  /** Not about an order of ours, or of a kind that nobody needs. */
  Skipped: 1,
  /** This subscription is over: the connection must be made anew. */
  StreamEnded: 2,
  /** The venue is about to close the connection: open the next one. */
  ServerShutdown: 3,
  Refused: -1,
} as const
export type PrivateDecoded = (typeof PrivateDecoded)[keyof typeof PrivateDecoded]

const EXECUTION_REPORT = asciiBytes('executionReport')
const ACCOUNT_POSITION = asciiBytes('outboundAccountPosition')
const STREAM_TERMINATED = asciiBytes('eventStreamTerminated')
const SERVER_SHUTDOWN = asciiBytes('serverShutdown')
const NEW = asciiBytes('NEW')
const TRADE = asciiBytes('TRADE')
const CANCELED = asciiBytes('CANCELED')
const EXPIRED = asciiBytes('EXPIRED')
const REJECTED = asciiBytes('REJECTED')
const TRADE_PREVENTION = asciiBytes('TRADE_PREVENTION')
const BUY = asciiBytes('BUY')
const SELL = asciiBytes('SELL')

const letter = (name: string): number => name.charCodeAt(0)
const KEY_EVENT = letter('e')
const KEY_SYMBOL = letter('s')
const KEY_CLIENT_ID = letter('c')
const KEY_ORIGINAL_CLIENT_ID = letter('C')
const KEY_ORDER_ID = letter('i')
const KEY_EXECUTION = letter('x')
const KEY_STATUS = letter('X')
const KEY_SIDE = letter('S')
const KEY_CUM_QTY = letter('z')
const KEY_LAST_QTY = letter('l')
const KEY_LAST_PRICE = letter('L')
const KEY_FEE = letter('n')
const KEY_FEE_ASSET = letter('N')
const KEY_TRADE_ID = letter('t')
const KEY_IS_MAKER = letter('m')
const KEY_REASON = letter('r')
const KEY_TIME = letter('T')
const KEY_BALANCES = letter('B')
const KEY_ASSET = letter('a')
const KEY_FREE = letter('f')
const KEY_UPDATED = letter('u')
const KEY_LOCKED = letter('l')

export class PrivateFeed {
  /** Events of orders that are not ours. */
  foreign = 0
  readonly #account: number
  readonly #symbols: SymbolLookup
  readonly #events: VenueEventQueue
  /** Of an event in another layout than the usual one. */
  readonly #walked = new LetterFields()
  // Of the event that is being read.
  #scanner = new ByteScanner()
  #fields = this.#walked
  readonly #balance = new LetterFields()
  readonly #texts: TextMemo
  readonly #clientId = new ParsedClientId()

  constructor(
    account: number,
    symbols: SymbolLookup,
    events: VenueEventQueue,
    texts: TextMemo = new TextMemo(),
  ) {
    this.#account = account
    this.#symbols = symbols
    this.#events = events
    this.#texts = texts
  }

  /** The event that the envelope found. */
  decode(reply: ReplyEnvelope, nowNs: MonoNs): PrivateDecoded {
    const { scanner } = reply
    const fields = reply.event ?? this.#walked
    this.#scanner = scanner
    this.#fields = fields
    if (reply.event === null) {
      scanner.reset(scanner.bytes, reply.eventAt, scanner.end)
      if (!fields.scan(scanner)) return PrivateDecoded.Refused
    }
    if (!fields.has(KEY_EVENT) || !fields.at(KEY_EVENT).readText()) return PrivateDecoded.Refused
    if (scanner.textIs(EXECUTION_REPORT)) return this.#readReport(nowNs)
    if (scanner.textIs(ACCOUNT_POSITION)) return this.#readBalances(nowNs)
    if (scanner.textIs(STREAM_TERMINATED)) return PrivateDecoded.StreamEnded
    if (scanner.textIs(SERVER_SHUTDOWN)) return PrivateDecoded.ServerShutdown
    return PrivateDecoded.Skipped
  }

  #readReport(nowNs: MonoNs): PrivateDecoded {
    if (!this.#readClientId()) {
      if (!this.#scanner.ok) return PrivateDecoded.Refused
      this.foreign++
      return PrivateDecoded.Skipped
    }
    const symbol = this.#fields.at(KEY_SYMBOL)
    if (!symbol.readText()) return PrivateDecoded.Refused
    const facts = this.#symbols.find(symbol)
    // Ours, but of a symbol that this engine does not trade: nothing here can act on it.
    if (facts === null) {
      this.foreign++
      return PrivateDecoded.Skipped
    }
    const execution = this.#fields.at(KEY_EXECUTION)
    if (!execution.readText()) return PrivateDecoded.Refused
    if (execution.textIs(TRADE)) return this.#tellFill(facts, nowNs)
    const kind = this.#kindOf(execution)
    if (kind === null) return PrivateDecoded.Skipped
    return this.#tellState(kind, facts, nowNs)
  }

  /** On a cancel `c` is the cancel's own name and `C` the order's. */
  #readClientId(): boolean {
    const fields = this.#fields
    if (fields.has(KEY_ORIGINAL_CLIENT_ID)) {
      const scanner = fields.at(KEY_ORIGINAL_CLIENT_ID)
      if (!scanner.skipNull()) {
        if (!scanner.readText()) return false
        if (scanner.textEnd > scanner.textStart) return this.#parseClientId(scanner)
      }
    }
    const scanner = fields.at(KEY_CLIENT_ID)
    return scanner.readText() && this.#parseClientId(scanner)
  }

  #parseClientId(scanner: ByteScanner): boolean {
    return this.#clientId.parse(scanner.bytes, scanner.textStart, scanner.textEnd)
  }

  /** Null for executions that change neither life nor fill of an order (REPLACED, unknown ones). */
  #kindOf(execution: ByteScanner): VenueEventKind | null {
    if (execution.textIs(NEW)) return VenueEventKind.Accepted
    if (execution.textIs(CANCELED)) return VenueEventKind.Cancelled
    if (execution.textIs(EXPIRED)) return VenueEventKind.Expired
    if (execution.textIs(REJECTED)) return VenueEventKind.Rejected
    if (!execution.textIs(TRADE_PREVENTION)) return null
    // Self-trade prevention may end the order or only shrink it: its status tells.
    const status = this.#fields.at(KEY_STATUS)
    if (!status.readText()) return null
    return orderStatus(status.text()) === Terminal.Expired ? VenueEventKind.Expired : null
  }

  #tellState(kind: VenueEventKind, facts: Instrument, nowNs: MonoNs): PrivateDecoded {
    const fields = this.#fields
    const cumQty = fields.at(KEY_CUM_QTY).readDecimal(facts.qtyScale)
    const timeUs = this.#readTimeUs()
    const orderId = this.#readDigits(KEY_ORDER_ID)
    const reason = fields.has(KEY_REASON) && fields.at(KEY_REASON).readText()
    if (!this.#scanner.ok) return PrivateDecoded.Refused
    const event = this.#claim(kind, facts, nowNs)
    event.venueOrderId = orderId
    event.cumQtyUnits = cumQty
    event.venueTimeUs = timeUs
    if (kind === VenueEventKind.Rejected) {
      event.venueText = reason ? this.#scanner.text() : ''
      event.reason = streamRejectReason(event.venueText)
    }
    this.#events.publish()
    return PrivateDecoded.Told
  }

  #tellFill(facts: Instrument, nowNs: MonoNs): PrivateDecoded {
    const fields = this.#fields
    const qty = fields.at(KEY_LAST_QTY).readDecimal(facts.qtyScale)
    const price = fields.at(KEY_LAST_PRICE).readDecimal(facts.priceScale)
    const cumQty = fields.at(KEY_CUM_QTY).readDecimal(facts.qtyScale)
    const isMaker = fields.at(KEY_IS_MAKER).readBoolean()
    const timeUs = this.#readTimeUs()
    const side = this.#readSide()
    const tradeId = this.#readDigits(KEY_TRADE_ID)
    const orderId = this.#readDigits(KEY_ORDER_ID)
    const fee = this.#readOptionalText(KEY_FEE)
    const feeAsset = this.#readOptionalText(KEY_FEE_ASSET)
    if (!this.#scanner.ok || qty <= 0 || price <= 0) return PrivateDecoded.Refused
    const event = this.#claim(VenueEventKind.Fill, facts, nowNs)
    event.venueOrderId = orderId
    event.side = side
    event.priceUnits = price
    event.qtyUnits = qty
    event.cumQtyUnits = cumQty
    event.tradeId = tradeId
    event.fee = fee
    event.feeAsset = feeAsset
    event.isMaker = isMaker
    event.venueTimeUs = timeUs
    this.#events.publish()
    return PrivateDecoded.Told
  }

  /** Every asset of the event or none: a half-read list would leave balances that never were. */
  #readBalances(nowNs: MonoNs): PrivateDecoded {
    const fields = this.#fields
    const isDated = fields.has(KEY_UPDATED)
    const timeUs = isDated ? fields.at(KEY_UPDATED).readInteger() * US_PER_MS : 0
    const scanner = fields.at(KEY_BALANCES)
    const listAt = scanner.position
    scanner.enterArray()
    while (scanner.nextElement()) this.#readBalance()
    if (!scanner.ok) return PrivateDecoded.Refused
    scanner.reset(scanner.bytes, listAt, scanner.end)
    scanner.enterArray()
    while (scanner.nextElement()) {
      const after = this.#readBalance()
      const event = this.#events.claim(VenueEventKind.Balance, this.#account, nowNs)
      event.asset = this.#balanceAsset()
      event.free = this.#balanceText(KEY_FREE)
      event.locked = this.#balanceText(KEY_LOCKED)
      event.venueTimeUs = timeUs
      this.#events.publish()
      scanner.position = after
    }
    return PrivateDecoded.Told
  }

  /** Checks one balance and returns where it ends. */
  #readBalance(): number {
    const scanner = this.#scanner
    const plainEnd = this.#balance.match(scanner)
    if (plainEnd === NOT_PLAIN) this.#balance.scan(scanner)
    else scanner.position = plainEnd
    const after = scanner.position
    if (scanner.ok) this.#balance.at(KEY_ASSET).readText()
    if (scanner.ok) this.#checkPlain(this.#balance.at(KEY_FREE))
    if (scanner.ok) this.#checkPlain(this.#balance.at(KEY_LOCKED))
    scanner.position = after
    return after
  }

  /** A quoted plain decimal of any precision: it stays text. */
  #checkPlain(scanner: ByteScanner): void {
    if (!scanner.readText()) return
    let points = 0
    for (let i = scanner.textStart; i < scanner.textEnd; i++) {
      const byte = scanner.bytes[i]!
      if (byte === 0x2e) points++
      else if (byte < 0x30 || byte > 0x39) points = 2
    }
    if (points > 1 || scanner.textEnd === scanner.textStart) scanner.refuse(ScanRefusal.Syntax)
  }

  #balanceAsset(): string {
    const scanner = this.#balance.at(KEY_ASSET)
    scanner.readText()
    return this.#texts.text(scanner)
  }

  #balanceText(key: number): string {
    const scanner = this.#balance.at(key)
    scanner.readText()
    return scanner.text()
  }

  #claim(kind: VenueEventKind, facts: Instrument, nowNs: MonoNs): VenueEvent {
    const event = this.#events.claim(kind, this.#account, nowNs)
    event.instrument = facts.index
    event.clientIdHi = this.#clientId.hi
    event.clientIdLo = this.#clientId.lo
    return event
  }

  #readTimeUs(): number {
    return this.#fields.at(KEY_TIME).readInteger() * US_PER_MS
  }

  #readSide(): Side {
    const scanner = this.#fields.at(KEY_SIDE)
    if (!scanner.readText()) return Side.Buy
    if (!scanner.textIs(BUY) && !scanner.textIs(SELL)) scanner.refuse(ScanRefusal.Syntax)
    return scanner.textIs(BUY) ? Side.Buy : Side.Sell
  }

  /** An id of any size, as the digits that stand there. */
  #readDigits(key: number): string {
    const scanner = this.#fields.at(key)
    if (!scanner.ok) return ''
    const bytes = scanner.bytes
    let position = scanner.position
    while (position < scanner.end && bytes[position]! <= 0x20) position++
    scanner.textStart = position
    while (position < scanner.end && bytes[position]! >= 0x30 && bytes[position]! <= 0x39)
      position++
    scanner.textEnd = position
    if (position === scanner.textStart) scanner.refuse(ScanRefusal.Syntax)
    return this.#texts.text(scanner)
  }

  #readOptionalText(key: number): string {
    if (!this.#fields.has(key)) return ''
    const scanner = this.#fields.at(key)
    if (scanner.skipNull()) return ''
    return scanner.readText() ? this.#texts.text(scanner) : ''
  }
}
