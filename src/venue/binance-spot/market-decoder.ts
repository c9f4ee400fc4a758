// Hot path.
// Public messages of Binance spot, from bytes to MarketSink calls: the one decoder of the live
// feed, of recorded captures and of the benchmark.
//
//   {"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate",…,"b":[[price,qty],…],"a":[…]}}
//
// What looks exactly as documented is matched by market-layout.ts. Everything else is read here:
// the combined wrapper and the raw form, any order of keys and unknown ones. A message is refused
// whole: nothing reaches the sink unless every needed field was read exactly.
// It deliberately keeps no sequence: whether a diff fits the book is the book's business.
// Fields: Binance spot WebSocket streams and REST depth, documents of 2026-07-21.
import { priceUnits, qtyUnits, Side, type MonoNs } from '#core/units.ts'
import { DepthUpdate } from '#market/depth-update.ts'
import type { Instrument, InstrumentTable } from '#market/instrument.ts'
import type { MarketSink } from '#market/market-sink.ts'
import { ByteIndex } from '#wire/byte-index.ts'
import { ByteLayout, LayoutText } from '#wire/byte-layout.ts'
import { ByteScanner, ScanRefusal } from '#wire/byte-scan.ts'
import { asciiBytes } from '#wire/json-bytes.ts'
import { readDepthDiff, readDepthSnapshot } from './depth-message.ts'
import { expectText, readTimeUs } from './event-fields.ts'
import {
  EventNumbers,
  matchDepthDiff,
  matchTicker,
  matchTrade,
  SymbolTexts,
} from './market-layout.ts'

/** What a message was. Numbers below zero: refused, nothing reached the sink. */
export const Decoded = {
  Ticker: 0,
  DepthDiff: 1,
  Trade: 2,
  /** A REST depth body. From decode(): its symbol is not in it, hand it to decodeSnapshot. */
  Snapshot: 3,
  /** An event or a symbol that nobody follows. */
  Ignored: 4,
  /** The answer to a control message. */
  ControlReply: 5,
  /** The venue is about to close the connection: open the next one. */
  ServerShutdown: 6,
  /** Not decodable: truncated, wrong types, missing fields, absurd values. */
  RefusedMessage: -1,
  /** A price or quantity is finer than the instrument's scale. */
  RefusedScale: -2,
} as const
export type Decoded = (typeof Decoded)[keyof typeof Decoded]

const WRAPPER_START = new LayoutText('{"stream":"')
const WRAPPER_DATA = new LayoutText('","data":{')
const STREAM = asciiBytes('stream')
const DATA = asciiBytes('data')
const RESULT = asciiBytes('result')
const CODE = asciiBytes('code')
const LAST_UPDATE_ID = asciiBytes('lastUpdateId')
const BOOK_TICKER = asciiBytes('bookTicker')
const DEPTH_UPDATE = asciiBytes('depthUpdate')
const TRADE = asciiBytes('trade')
const SERVER_SHUTDOWN = asciiBytes('serverShutdown')
const SERVER_SHUTDOWN_STREAM = asciiBytes('!serverShutdown')

const UPPER_A = 0x41
const UPPER_B = 0x42
const UPPER_T = 0x54
const LOWER_A = 0x61
const LOWER_B = 0x62
const LOWER_E = 0x65
const LOWER_M = 0x6d
const LOWER_P = 0x70
const LOWER_Q = 0x71
const LOWER_S = 0x73
const LOWER_T = 0x74
const LOWER_U = 0x75

/** One bit for each field that a message must have. */
const TICKER_FIELDS = 0b1_1111
const TRADE_FIELDS = 0b1_1111

export class BinanceSpotDecoder {
  /** The instrument of the last message, also of a refused one; −1 where it was not readable. */
  instrument = -1
  /** What the last message claimed to be: a refused depth diff leaves a hole in the book. */
  kind: Decoded = Decoded.Ignored

  readonly #instruments: InstrumentTable
  readonly #sink: MarketSink
  /** Stream name → instrument × 4 + kind. */
  readonly #streams = new ByteIndex()
  /** Symbol → instrument. */
  readonly #symbols = new ByteIndex()
  readonly #symbolBytes: Uint8Array[] = []
  readonly #scanner = new ByteScanner()
  readonly #update = new DepthUpdate()
  readonly #layout = new ByteLayout()
  readonly #layoutTexts: SymbolTexts[] = []
  readonly #numbers = new EventNumbers()

  constructor(instruments: InstrumentTable, sink: MarketSink) {
    this.#instruments = instruments
    this.#sink = sink
  }

  /** Messages of this instrument reach the sink; those of others are ignored. */
  follow(instrument: number): void {
    const symbol = this.#instruments.at(instrument).venueSymbol
    const stream = symbol.toLowerCase()
    this.#symbols.add(symbol, instrument)
    this.#symbolBytes[instrument] = new TextEncoder().encode(symbol)
    this.#layoutTexts[instrument] = new SymbolTexts(symbol)
    this.#streams.add(`${stream}@bookTicker`, instrument * 4 + Decoded.Ticker)
    this.#streams.add(`${stream}@depth@100ms`, instrument * 4 + Decoded.DepthDiff)
    this.#streams.add(`${stream}@depth`, instrument * 4 + Decoded.DepthDiff)
    this.#streams.add(`${stream}@trade`, instrument * 4 + Decoded.Trade)
  }

  /** One whole message of a stream, combined or raw. */
  decode(bytes: Uint8Array, start: number, end: number, nowNs: MonoNs): Decoded {
    if (this.#matchLayout(bytes, start, end)) {
      this.#tell(nowNs)
      return this.kind
    }
    const scanner = this.#begin(bytes, start, end)
    const isExpectedOrder = this.#enterWrapper()
    if (!isExpectedOrder && !this.#locateEvent(start)) {
      return scanner.ok ? this.kind : this.#refused()
    }
    if (this.kind > Decoded.Trade) return this.kind
    if (this.instrument === -1) return Decoded.Ignored
    if (!this.#readEvent()) return this.#refused()
    if (isExpectedOrder) {
      while (scanner.nextKey()) scanner.skipValue()
      if (!scanner.expectEnd()) return this.#refused()
    }
    this.#tell(nowNs)
    return this.kind
  }

  /** The body of `GET /api/v3/depth`: one onDepthSnapshot, or a refusal. */
  decodeSnapshot(
    instrument: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    nowNs: MonoNs,
  ): Decoded {
    const scanner = this.#begin(bytes, start, end)
    this.instrument = instrument
    this.kind = Decoded.Snapshot
    const facts = this.#instruments.at(instrument)
    if (!readDepthSnapshot(scanner, facts, this.#update)) return this.#refused()
    if (!scanner.expectEnd()) return this.#refused()
    this.#sink.onDepthSnapshot(instrument, this.#update, nowNs)
    return Decoded.Snapshot
  }

  /** True when the message is one of ours in the documented layout, and was read whole. */
  #matchLayout(bytes: Uint8Array, start: number, end: number): boolean {
    const layout = this.#layout
    layout.reset(bytes, start, end)
    if (!layout.literal(WRAPPER_START)) return false
    const nameStart = layout.position
    const nameEnd = layout.plainText()
    const found = nameEnd < 0 ? -1 : this.#streams.find(bytes, nameStart, nameEnd)
    if (found < 0 || !layout.literal(WRAPPER_DATA)) return false
    const instrument = found >> 2
    this.instrument = instrument
    this.kind = (found & 3) as Decoded
    const symbol = this.#layoutTexts[instrument]!
    const facts = this.#instruments.at(instrument)
    if (this.kind === Decoded.Ticker) return matchTicker(layout, symbol, facts, this.#numbers)
    if (this.kind === Decoded.Trade) return matchTrade(layout, symbol, facts, this.#numbers)
    return matchDepthDiff(layout, symbol, facts, this.#update)
  }

  #begin(bytes: Uint8Array, start: number, end: number): ByteScanner {
    this.#scanner.reset(bytes, start, end)
    this.instrument = -1
    this.kind = Decoded.Ignored
    return this.#scanner
  }

  #refused(): Decoded {
    const isScale = this.#scanner.refusal === ScanRefusal.Scale
    return isScale ? Decoded.RefusedScale : Decoded.RefusedMessage
  }

  /** `{"stream":…,"data":` in this order: the scanner stands before the event. */
  #enterWrapper(): boolean {
    const scanner = this.#scanner
    scanner.enterObject()
    if (!scanner.nextKey() || !scanner.keyIs(STREAM)) return false
    this.#readStreamName()
    return scanner.nextKey() && scanner.keyIs(DATA)
  }

  /**
   * Any other shape: walks the whole message, then stands before the event with kind and
   * instrument known. False when the message holds none, or when the scan failed.
   */
  #locateEvent(start: number): boolean {
    const scanner = this.#begin(this.#scanner.bytes, start, this.#scanner.end)
    let eventAt = -1
    scanner.enterObject()
    while (scanner.nextKey()) {
      if (scanner.keyIs(STREAM)) {
        this.#readStreamName()
        continue
      }
      if (scanner.keyIs(DATA)) eventAt = scanner.position
      else if (scanner.keyIs(LAST_UPDATE_ID)) this.kind = Decoded.Snapshot
      else if (scanner.keyIs(RESULT) || scanner.keyIs(CODE)) this.kind = Decoded.ControlReply
      scanner.skipValue()
    }
    if (!scanner.expectEnd()) return false
    const isRaw = eventAt === -1
    if (isRaw && this.kind !== Decoded.Ignored) return false
    if (isRaw) this.#classifyRaw(start)
    scanner.reset(scanner.bytes, isRaw ? start : eventAt, scanner.end)
    return true
  }

  /** `btcusdt@depth@100ms` names the instrument and the kind. */
  #readStreamName(): void {
    const scanner = this.#scanner
    if (!scanner.readText()) return
    const found = this.#streams.find(scanner.bytes, scanner.textStart, scanner.textEnd)
    if (found >= 0) {
      this.instrument = found >> 2
      this.kind = (found & 3) as Decoded
    } else if (scanner.textIs(SERVER_SHUTDOWN_STREAM)) {
      this.kind = Decoded.ServerShutdown
    }
  }

  /** Without a stream name `e` tells the kind; only a ticker has none. */
  #classifyRaw(start: number): void {
    const scanner = this.#scanner
    if (!this.#seek(start, LOWER_E)) {
      if (this.#seek(start, UPPER_B) && this.#seek(start, UPPER_A)) this.kind = Decoded.Ticker
    } else if (scanner.readText()) {
      if (scanner.textIs(DEPTH_UPDATE)) this.kind = Decoded.DepthDiff
      else if (scanner.textIs(TRADE)) this.kind = Decoded.Trade
      else if (scanner.textIs(BOOK_TICKER)) this.kind = Decoded.Ticker
      else if (scanner.textIs(SERVER_SHUTDOWN)) this.kind = Decoded.ServerShutdown
    }
    if (!this.#seek(start, LOWER_S) || !scanner.readText()) return
    this.instrument = this.#symbols.find(scanner.bytes, scanner.textStart, scanner.textEnd)
  }

  /** Stands before the value of the object's one-letter key, or says that there is none. */
  #seek(objectAt: number, keyByte: number): boolean {
    const scanner = this.#scanner
    scanner.reset(scanner.bytes, objectAt, scanner.end)
    scanner.enterObject()
    while (scanner.nextKey()) {
      if (scanner.keyByte === keyByte) return true
      scanner.skipValue()
    }
    return false
  }

  #readEvent(): boolean {
    const facts = this.#instruments.at(this.instrument)
    this.#scanner.enterObject()
    if (this.kind === Decoded.Ticker) return this.#readTicker(facts)
    if (this.kind === Decoded.Trade) return this.#readTrade(facts)
    return readDepthDiff(this.#scanner, facts, this.#symbolBytes[this.instrument]!, this.#update)
  }

  #readTicker(facts: Instrument): boolean {
    const scanner = this.#scanner
    const numbers = this.#numbers
    let seen = 0
    while (scanner.nextKey()) {
      switch (scanner.keyByte) {
        case LOWER_U:
          numbers.id = scanner.readInteger()
          seen |= 1
          break
        case LOWER_B:
          numbers.tops[0] = scanner.readDecimal(facts.priceScale)
          seen |= 2
          break
        case UPPER_B:
          numbers.tops[1] = scanner.readDecimal(facts.qtyScale)
          seen |= 4
          break
        case LOWER_A:
          numbers.tops[2] = scanner.readDecimal(facts.priceScale)
          seen |= 8
          break
        case UPPER_A:
          numbers.tops[3] = scanner.readDecimal(facts.qtyScale)
          seen |= 16
          break
        case LOWER_S:
          expectText(scanner, this.#symbolBytes[this.instrument]!)
          break
        default:
          scanner.skipValue()
      }
    }
    return scanner.ok && seen === TICKER_FIELDS
  }

  #readTrade(facts: Instrument): boolean {
    const scanner = this.#scanner
    const numbers = this.#numbers
    let seen = 0
    while (scanner.nextKey()) {
      switch (scanner.keyByte) {
        case LOWER_T:
          numbers.id = scanner.readInteger()
          seen |= 1
          break
        case LOWER_P:
          numbers.tops[0] = scanner.readDecimal(facts.priceScale)
          seen |= 2
          break
        case LOWER_Q:
          numbers.tops[1] = scanner.readDecimal(facts.qtyScale)
          seen |= 4
          break
        case UPPER_T:
          numbers.timeUs = readTimeUs(scanner)
          seen |= 8
          break
        case LOWER_M:
          numbers.buyerIsMaker = scanner.readBoolean()
          seen |= 16
          break
        case LOWER_S:
          expectText(scanner, this.#symbolBytes[this.instrument]!)
          break
        case LOWER_E:
          expectText(scanner, TRADE)
          break
        default:
          scanner.skipValue()
      }
    }
    const isPositive = numbers.tops[0]! > 0 && numbers.tops[1]! > 0
    return scanner.ok && seen === TRADE_FIELDS && isPositive
  }

  #tell(nowNs: MonoNs): void {
    const sink = this.#sink
    const instrument = this.instrument
    if (this.kind === Decoded.DepthDiff) {
      sink.onDepthDiff(instrument, this.#update, nowNs)
      return
    }
    const numbers = this.#numbers
    const price = priceUnits(numbers.tops[0]!)
    const qty = qtyUnits(numbers.tops[1]!)
    if (this.kind === Decoded.Trade) {
      const aggressor = numbers.buyerIsMaker ? Side.Sell : Side.Buy
      sink.onTrade(instrument, numbers.id, price, qty, aggressor, numbers.timeUs, nowNs)
      return
    }
    const ask = priceUnits(numbers.tops[2]!)
    sink.onTicker(instrument, numbers.id, price, qty, ask, qtyUnits(numbers.tops[3]!), nowNs)
  }
}
