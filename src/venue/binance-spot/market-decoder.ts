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
import type { DepthUpdate } from '#market/depth-update.ts'
import type { Instrument, InstrumentTable } from '#market/instrument.ts'
import type { MarketSink } from '#market/market-sink.ts'
import type { Kernels } from '#kernel/kernels.ts'
import { ByteIndex } from '#wire/byte-index.ts'
import { ByteScanner, ScanRefusal } from '#wire/byte-scan.ts'
import { asciiBytes } from '#wire/json-bytes.ts'
import { readDepthDiff, readDepthSnapshot } from './depth-message.ts'
import { Decoded } from './decoded.ts'
import { expectText, timeUs } from './event-fields.ts'
import { Slot } from './market-layout.ts'
import { StreamLayouts } from './stream-layouts.ts'

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
  /** Symbol → instrument. */
  readonly #symbols = new ByteIndex()
  readonly #symbolBytes: Uint8Array[] = []
  readonly #scanner = new ByteScanner()
  readonly #streams: StreamLayouts
  readonly #values: Float64Array
  readonly #update: DepthUpdate

  constructor(instruments: InstrumentTable, sink: MarketSink, kernels: Kernels) {
    this.#instruments = instruments
    this.#sink = sink
    this.#streams = new StreamLayouts(kernels)
    this.#values = this.#streams.values
    this.#update = this.#streams.update
  }

  /** Memory for a connection to receive into: what lands there is decoded without a copy. */
  receiveBytes(): Uint8Array {
    return this.#streams.receiveBytes()
  }

  /** Messages of this instrument reach the sink; those of others are ignored. */
  follow(instrument: number): void {
    const facts = this.#instruments.at(instrument)
    this.#symbols.add(facts.venueSymbol, instrument)
    this.#symbolBytes[instrument] = new TextEncoder().encode(facts.venueSymbol)
    this.#streams.follow(instrument, facts)
  }

  /** Reads the last ticker once more, and tells nobody. */
  keepWarm(): void {
    this.#streams.keepWarm()
  }

  /** One whole message of a stream, combined or raw. */
  decode(bytes: Uint8Array, start: number, end: number, nowNs: MonoNs): Decoded {
    const streams = this.#streams
    if (streams.match(bytes, start, end)) {
      this.instrument = streams.instrument
      this.kind = streams.kind
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
    const streams = this.#streams
    if (streams.isFollowed(scanner.bytes, scanner.textStart, scanner.textEnd)) {
      this.instrument = streams.instrument
      this.kind = streams.kind
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
    const values = this.#values
    let seen = 0
    while (scanner.nextKey()) {
      switch (scanner.keyByte) {
        case LOWER_U:
          values[Slot.Id] = scanner.readInteger()
          seen |= 1
          break
        case LOWER_B:
          values[Slot.Price] = scanner.readDecimal(facts.priceScale)
          seen |= 2
          break
        case UPPER_B:
          values[Slot.Qty] = scanner.readDecimal(facts.qtyScale)
          seen |= 4
          break
        case LOWER_A:
          values[Slot.AskPrice] = scanner.readDecimal(facts.priceScale)
          seen |= 8
          break
        case UPPER_A:
          values[Slot.AskQty] = scanner.readDecimal(facts.qtyScale)
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
    const values = this.#values
    let seen = 0
    while (scanner.nextKey()) {
      switch (scanner.keyByte) {
        case LOWER_T:
          values[Slot.Id] = scanner.readInteger()
          seen |= 1
          break
        case LOWER_P:
          values[Slot.Price] = scanner.readDecimal(facts.priceScale)
          seen |= 2
          break
        case LOWER_Q:
          values[Slot.Qty] = scanner.readDecimal(facts.qtyScale)
          seen |= 4
          break
        case UPPER_T:
          values[Slot.Time] = scanner.readInteger()
          seen |= 8
          break
        case LOWER_M:
          values[Slot.BuyerIsMaker] = scanner.readBoolean() ? 1 : 0
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
    const isPositive = values[Slot.Price]! > 0 && values[Slot.Qty]! > 0
    return scanner.ok && seen === TRADE_FIELDS && isPositive
  }

  #tell(nowNs: MonoNs): void {
    const sink = this.#sink
    const instrument = this.instrument
    if (this.kind === Decoded.DepthDiff) {
      sink.onDepthDiff(instrument, this.#update, nowNs)
      return
    }
    const values = this.#values
    const price = priceUnits(values[Slot.Price]!)
    const qty = qtyUnits(values[Slot.Qty]!)
    if (this.kind === Decoded.Trade) {
      const aggressor = values[Slot.BuyerIsMaker] === 1 ? Side.Sell : Side.Buy
      sink.onTrade(
        instrument,
        values[Slot.Id]!,
        price,
        qty,
        aggressor,
        timeUs(values[Slot.Time]!),
        nowNs,
      )
      return
    }
    const ask = priceUnits(values[Slot.AskPrice]!)
    sink.onTicker(
      instrument,
      values[Slot.Id]!,
      price,
      qty,
      ask,
      qtyUnits(values[Slot.AskQty]!),
      nowNs,
    )
  }
}
