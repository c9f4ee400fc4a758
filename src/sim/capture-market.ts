// Plays a recording on the venue's clock, as if our orders had stood in that market.
//
//   captureInstrument(capture, options): SimInstrument      tick and lot inferred or given
//   new CaptureMarket(instrument, capture, options)          implements MarketSource
//
// Venue time of an event = start + (E − first E) / speed. The opening book is the recorded snapshot
// bridged by the diffs that were waiting for it (diffs with u ≤ lastUpdateId are dropped), so that
// the venue never opens empty; from then on each diff and each newer bookTicker sets levels to the
// recorded quantities, and each recorded trade moves the queues our orders stand in, fills them at
// its price or through it, and is printed. What our own takers took from a level returns with the
// next recorded change of that level: the recording does not know us. After the last event the
// market stands still: the book stays, nothing prints, nextEventUs() is Infinity.
//
// Ids: what the venue tells is numbered by the exchange alone, one update id for each level change
// and one trade id for each print, because our own orders change levels between recorded ids and a
// public chain must have no gap. The recorded id is kept beside it: `progress().recordedUpdateId`.
import { scaleOfText, textFromUnits, unitsFromText } from '#core/decimal.ts'
import { EngineError } from '#core/engine-error.ts'
import { Side, sideSign } from '#core/units.ts'
import {
  inferSteps,
  rowsOf,
  snapshotOf,
  type Capture,
  type CaptureDiff,
  type CaptureEvent,
  type CaptureRow,
  type CaptureSnapshot,
  type CaptureTicker,
} from './capture-reader.ts'
import type { SimInstrument } from './exchange-types.ts'
import type { MarketDesk, MarketSource } from './market-source.ts'

export interface CaptureInstrumentOptions {
  readonly baseAsset: string
  readonly quoteAsset: string
  /** Decimal text; default: inferred from the snapshot. */
  readonly tick?: string
  readonly lot?: string
  /** Decimal text in quote, default 5. */
  readonly minNotional?: string
}

/**
 * The listing a recording is played under.
 * @throws EngineError `bad_capture` when there is no snapshot or a price is off the tick.
 */
export function captureInstrument(
  capture: Capture,
  options: CaptureInstrumentOptions,
): SimInstrument {
  const { baseAsset, quoteAsset } = options
  const steps = inferSteps(capture)
  const tick = options.tick ?? steps.tick
  const lot = options.lot ?? steps.lot
  const priceScale = scaleOfText(tick)
  const qtyScale = scaleOfText(lot)
  const tickUnits = unitsFromText(tick, priceScale, 'tick')
  const lotUnits = unitsFromText(lot, qtyScale, 'lot')
  if (tickUnits <= 0 || lotUnits <= 0) {
    throw new EngineError('bad_capture', `tick ${tick} and lot ${lot} must be above zero`)
  }
  for (const event of capture.events) requireOnTick(event, tickUnits, priceScale)
  return {
    symbol: `${baseAsset}/${quoteAsset}`,
    venueSymbol: capture.venueSymbol === '' ? `${baseAsset}${quoteAsset}` : capture.venueSymbol,
    baseAsset,
    quoteAsset,
    priceScale,
    qtyScale,
    tickUnits,
    lotUnits,
    minQtyUnits: lotUnits,
    maxQtyUnits: 9_000 * 10 ** qtyScale,
    minNotional: options.minNotional ?? '5',
    status: 'TRADING',
  }
}

function requireOnTick(event: CaptureEvent, tickUnits: number, priceScale: number): void {
  for (const [price] of rowsOf(event)) {
    const units = scaledText(price, priceScale)
    if (Number.isInteger(units) && units % tickUnits === 0) continue
    const tick = textFromUnits(tickUnits, priceScale)
    throw new EngineError(
      'bad_capture',
      `capture line ${event.line}: price ${price} is off the tick ${tick}; give the tick`,
    )
  }
}

export interface CaptureMarketOptions {
  /** Venue time of the opening, µs. */
  readonly startUs: number
  /** 2 plays twice as fast; default 1. */
  readonly speed?: number
}

export interface CaptureProgress {
  /** Diffs that ended at or before the snapshot. */
  readonly dropped: number
  readonly applied: number
  /** Diffs that did not continue the one before: the recording missed something. */
  readonly gaps: number
  /** Last recorded update id in the book. */
  readonly recordedUpdateId: number
  readonly isOver: boolean
}

/** One of two passes over the rows of a diff or snapshot. */
interface Pass {
  readonly isGrowing: boolean
  readonly nowUs: number
  readonly touch: CaptureTicker | undefined
}

export class CaptureMarket implements MarketSource {
  readonly #instrument: SimInstrument
  readonly #capture: Capture
  readonly #startUs: number
  readonly #speed: number
  readonly #snapshot: CaptureSnapshot
  #next = 0
  #recordedUpdateId = 0
  #newestTicker: CaptureTicker | undefined
  #dropped = 0
  #applied = 0
  #gaps = 0

  /** @throws EngineError `bad_capture`, `bad_speed`. */
  constructor(instrument: SimInstrument, capture: Capture, options: CaptureMarketOptions) {
    const speed = options.speed ?? 1
    if (!(speed > 0 && speed <= 1_000)) {
      throw new EngineError('bad_speed', `capture speed ${speed} is not above 0 and at most 1000`)
    }
    this.#instrument = instrument
    this.#capture = capture
    this.#startUs = options.startUs
    this.#speed = speed
    this.#snapshot = snapshotOf(capture)
  }

  progress(): CaptureProgress {
    return {
      dropped: this.#dropped,
      applied: this.#applied,
      gaps: this.#gaps,
      recordedUpdateId: this.#recordedUpdateId,
      isOver: this.#next >= this.#capture.events.length,
    }
  }

  open(desk: MarketDesk): void {
    this.#load(desk, this.#snapshot, this.#startUs)
    for (const event of this.#capture.events) {
      if (event === this.#snapshot) break
      if (event.kind === 'diff') this.#bridge(desk, event, this.#startUs)
    }
  }

  nextEventUs(): number {
    const event = this.#capture.events[this.#next]
    return event === undefined ? Infinity : this.#venueUs(event)
  }

  step(desk: MarketDesk): void {
    const event = this.#capture.events[this.#next]
    if (event === undefined) return
    this.#next++
    const nowUs = this.#venueUs(event)
    if (event.kind === 'trade') {
      const { aggressor } = event
      const priceUnits = this.#price(event.price)
      const qtyUnits = this.#qty(event.qty)
      if (qtyUnits > 0) desk.print(aggressor, priceUnits, qtyUnits, nowUs)
    } else if (event.line > this.#snapshot.line) {
      // What stood before the snapshot is already in the opening book.
      this.#applyBookEvent(desk, event, nowUs)
    }
  }

  #applyBookEvent(
    desk: MarketDesk,
    event: CaptureDiff | CaptureSnapshot | CaptureTicker,
    nowUs: number,
  ): void {
    if (event.kind === 'diff') {
      this.#bridge(desk, event, nowUs)
    } else if (event.kind === 'ticker') {
      if (event.updateId <= this.#newestUpdateId()) return
      this.#newestTicker = event
      this.#applyTicker(desk, event, nowUs)
    } else if (event.lastUpdateId > this.#recordedUpdateId) {
      this.#load(desk, event, nowUs)
    }
  }

  /** Drops what the book already has, else applies and notes whether the chain held. */
  #bridge(desk: MarketDesk, diff: CaptureDiff, nowUs: number): void {
    const bookId = this.#recordedUpdateId
    const isFuture = diff.previousUpdateId !== undefined
    // The USD-M rule keeps a diff that ends at the snapshot's id, the spot rule drops it.
    const isOld = isFuture ? diff.lastUpdateId < bookId : diff.lastUpdateId <= bookId
    if (isOld) {
      this.#dropped++
      return
    }
    if (!this.#continues(diff, bookId)) this.#gaps++
    this.#applied++
    this.#recordedUpdateId = diff.lastUpdateId
    this.#applyRows(desk, diff, nowUs)
  }

  #continues(diff: CaptureDiff, bookId: number): boolean {
    if (diff.previousUpdateId === undefined) return diff.firstUpdateId <= bookId + 1
    return diff.previousUpdateId <= bookId && bookId <= diff.lastUpdateId
  }

  #load(desk: MarketDesk, snapshot: CaptureSnapshot, nowUs: number): void {
    for (const side of [Side.Buy, Side.Sell]) {
      for (let best = desk.bestMarketPrice(side); best !== undefined;) {
        desk.setMarket(side, best, 0, nowUs)
        best = desk.bestMarketPrice(side)
      }
    }
    this.#recordedUpdateId = snapshot.lastUpdateId
    this.#applyRows(desk, snapshot, nowUs)
  }

  /** Everything that shrinks goes first, so that no level ever crosses one about to leave. */
  #applyRows(desk: MarketDesk, rows: CaptureDiff | CaptureSnapshot, nowUs: number): void {
    for (const isGrowing of [false, true]) {
      const pass = { isGrowing, nowUs, touch: this.#overtaking(rows) }
      this.#applySide(desk, Side.Buy, rows.bids, pass)
      this.#applySide(desk, Side.Sell, rows.asks, pass)
    }
  }

  #applySide(desk: MarketDesk, side: Side, rows: readonly CaptureRow[], pass: Pass): void {
    for (const [price, qty] of rows) {
      const priceUnits = this.#price(price)
      const qtyUnits = this.#qtyAt(side, priceUnits, qty, pass.touch)
      const isGrowing = qtyUnits > desk.marketUnits(side, priceUnits)
      if (isGrowing === pass.isGrowing) desk.setMarket(side, priceUnits, qtyUnits, pass.nowUs)
    }
  }

  /** A bookTicker newer than these rows knows the touch better than they do. */
  #overtaking(rows: CaptureDiff | CaptureSnapshot): CaptureTicker | undefined {
    const ticker = this.#newestTicker
    return ticker !== undefined && ticker.updateId > rows.lastUpdateId ? ticker : undefined
  }

  #qtyAt(side: Side, priceUnits: number, qty: string, touch: CaptureTicker | undefined): number {
    if (touch === undefined) return this.#qty(qty)
    const [touchPrice, touchQty] = side === Side.Buy ? touch.bid : touch.ask
    const behindUnits = (this.#price(touchPrice) - priceUnits) * sideSign(side)
    if (behindUnits < 0) return 0
    return this.#qty(behindUnits === 0 ? touchQty : qty)
  }

  /** Nothing may stand before the recorded touch, and the touch shows the recorded quantity. */
  #applyTicker(desk: MarketDesk, ticker: CaptureTicker, nowUs: number): void {
    const bidUnits = this.#price(ticker.bid[0])
    const askUnits = this.#price(ticker.ask[0])
    for (let best = desk.bestMarketPrice(Side.Buy); best !== undefined && best > bidUnits;) {
      desk.setMarket(Side.Buy, best, 0, nowUs)
      best = desk.bestMarketPrice(Side.Buy)
    }
    for (let best = desk.bestMarketPrice(Side.Sell); best !== undefined && best < askUnits;) {
      desk.setMarket(Side.Sell, best, 0, nowUs)
      best = desk.bestMarketPrice(Side.Sell)
    }
    desk.setMarket(Side.Buy, bidUnits, this.#qty(ticker.bid[1]), nowUs)
    desk.setMarket(Side.Sell, askUnits, this.#qty(ticker.ask[1]), nowUs)
  }

  #newestUpdateId(): number {
    return Math.max(this.#recordedUpdateId, this.#newestTicker?.updateId ?? 0)
  }

  #venueUs(event: CaptureEvent): number {
    const elapsedUs = event.eventUs - this.#capture.firstEventUs
    return this.#startUs + Math.round(elapsedUs / this.#speed)
  }

  #price(text: string): number {
    return scaledText(text, this.#instrument.priceScale)
  }

  /** Rounded down to whole lots: recordings hold a few levels older than the venue's lot. */
  #qty(text: string): number {
    const { qtyScale, lotUnits } = this.#instrument
    return Math.floor(Math.floor(scaledText(text, qtyScale)) / lotUnits) * lotUnits
  }
}

/**
 * Decimal text × 10^scale; a fraction remains where the text is finer than the scale. Digits are
 * moved as text: a product of floats would be off for prices like 64500.07.
 */
function scaledText(text: string, scale: number): number {
  const point = text.indexOf('.')
  if (point < 0) return Number(text) * 10 ** scale
  const fraction = text.slice(point + 1).padEnd(scale, '0')
  return Number(`${text.slice(0, point)}${fraction.slice(0, scale)}.${fraction.slice(scale)}`)
}
