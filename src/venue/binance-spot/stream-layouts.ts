// Hot path.
// The streams that are followed: what a stream's name says, and its messages read in the documented
// layout (market-layout.ts) by a layout matcher.
import { DEPTH_LEVELS_MAX, RECEIVE_REGION_BYTES } from '#core/limits.ts'
import type { Kernels } from '#kernel/kernels.ts'
import { NO_LAYOUT, type LayoutMatcher } from '#kernel/layout-matcher.ts'
import type { MessageLayout } from '#kernel/message-layout.ts'
import { DepthUpdate } from '#market/depth-update.ts'
import type { Instrument } from '#market/instrument.ts'
import { ByteIndex } from '#wire/byte-index.ts'
import { Decoded } from './decoded.ts'
import { timeUs } from './event-fields.ts'
import {
  depthLayout,
  LevelList,
  Slot,
  STREAM_NAME_AT,
  tickerLayout,
  tradeLayout,
} from './market-layout.ts'

/** Layouts of one feed: four streams of each of 1,024 instruments. */
const LAYOUTS_MAX = 4_096

export class StreamLayouts {
  /** What the last message was, and of which instrument. */
  instrument = -1
  kind: Decoded = Decoded.Ignored
  /** Its numbers, by Slot. */
  readonly values: Float64Array
  readonly update: DepthUpdate
  readonly #matcher: LayoutMatcher
  /** Stream name → meaning: instrument × 4 + kind. */
  readonly #names = new ByteIndex()
  /** Where the last ticker stood. */
  #tickerBytes: Uint8Array = new Uint8Array(0)
  #tickerStart = 0
  #tickerEnd = 0
  /** By number of a layout. */
  readonly #meanings: number[] = []

  constructor(kernels: Kernels) {
    const matcher = kernels.layoutMatcher({
      keyAt: STREAM_NAME_AT,
      levelsMax: DEPTH_LEVELS_MAX,
      layoutsMax: LAYOUTS_MAX,
    })
    this.#matcher = matcher
    this.values = matcher.values
    this.update = new DepthUpdate(matcher.lists)
  }

  /** Memory for a connection to receive into: what lands there is read without a copy. */
  receiveBytes(): Uint8Array {
    return this.#matcher.receiveBytes(RECEIVE_REGION_BYTES)
  }

  follow(instrument: number, facts: Instrument): void {
    const symbol = facts.venueSymbol.toLowerCase()
    const ticker = `${symbol}@bookTicker`
    this.#add(ticker, instrument, Decoded.Ticker, tickerLayout(ticker, facts))
    for (const depth of [`${symbol}@depth@100ms`, `${symbol}@depth`]) {
      this.#add(depth, instrument, Decoded.DepthDiff, depthLayout(depth, facts))
    }
    const trade = `${symbol}@trade`
    this.#add(trade, instrument, Decoded.Trade, tradeLayout(trade, facts))
  }

  /** True when the message is one of ours in the documented layout, and was read whole. */
  match(bytes: Uint8Array, start: number, end: number): boolean {
    const number = this.#matcher.match(bytes, start, end)
    if (number === NO_LAYOUT) return false
    this.#means(this.#meanings[number]!)
    const values = this.values
    if (this.kind === Decoded.Trade) return values[Slot.Price]! > 0 && values[Slot.Qty]! > 0
    if (this.kind === Decoded.DepthDiff) return this.#takeDepth()
    this.#tickerBytes = bytes
    this.#tickerStart = start
    this.#tickerEnd = end
    return true
  }

  /** Reads what stands where the last ticker stood: whatever it is, its values are nobody's. */
  keepWarm(): void {
    this.#matcher.match(this.#tickerBytes, this.#tickerStart, this.#tickerEnd)
  }

  /** True when the stream of this name is followed: instrument and kind are its own then. */
  isFollowed(bytes: Uint8Array, nameStart: number, nameEnd: number): boolean {
    const meaning = this.#names.find(bytes, nameStart, nameEnd)
    if (meaning < 0) return false
    this.#means(meaning)
    return true
  }

  #takeDepth(): boolean {
    const { values, update } = this
    update.venueTimeUs = timeUs(values[Slot.Time]!)
    update.firstUpdateId = values[Slot.FirstUpdateId]!
    update.lastUpdateId = values[Slot.LastUpdateId]!
    update.bidCount = this.#matcher.count(LevelList.Bids)
    update.askCount = this.#matcher.count(LevelList.Asks)
    return update.firstUpdateId <= update.lastUpdateId
  }

  #means(meaning: number): void {
    this.instrument = meaning >> 2
    this.kind = (meaning & 3) as Decoded
  }

  #add(name: string, instrument: number, kind: Decoded, layout: MessageLayout): void {
    const meaning = instrument * 4 + kind
    this.#names.add(name, meaning)
    const number = this.#matcher.add(name, layout)
    if (number !== NO_LAYOUT) this.#meanings[number] = meaning
  }
}
