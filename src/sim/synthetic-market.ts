// A seeded market: quotes flicker, trades print, and the touch wanders, so that a first run without
// any network meets the things a live one would.
//
//   new SyntheticMarket(instrument, options)   implements MarketSource
//
// The intuition: a *touch* (best bid, best ask) walks by ticks around a fair price; the book behind
// it has a level on each of the nearest ticks and then one on every few ticks, deeper further out.
// Quote events change one quantity, now and then they move the touch; trade events let an anonymous
// taker hit the touch. Takers come in pairs, one buyer and one seller in random order, so that a
// resting order on either side is served at the same pace. What a trade took from the touch is
// replaced at the back of the queue at once: only a move of fair price takes a touch level away.
// The walk is bounded: beyond `rangeTicks` from the start it always steps back.
//
// It deliberately has no order flow of its own, no memory of our orders and no impact: it is a
// place to exercise an engine, not a model to judge a strategy by.
import { assert } from '#core/assert.ts'
import { unitsFromText } from '#core/decimal.ts'
import { EngineError } from '#core/engine-error.ts'
import { Prng } from '#core/prng.ts'
import { Side, US_PER_MS } from '#core/units.ts'
import type { SimInstrument } from './exchange-types.ts'
import type { MarketDesk, MarketSource } from './market-source.ts'

export interface SyntheticOptions {
  readonly seed: number
  /** Venue time of the opening, µs. */
  readonly startUs: number
  /** Decimal text in quote. */
  readonly fairPrice: string
  /** Scales every displayed and traded quantity; 1 suits an asset of about 60,000 of quote. */
  readonly sizeFactor?: number
}

// Uniform gaps: 20–50 quote updates and 10–25 trades a second.
const QUOTE_GAP_US = { least: 20 * US_PER_MS, most: 50 * US_PER_MS }
const TRADE_GAP_US = { least: 40 * US_PER_MS, most: 100 * US_PER_MS }

const SPREAD_TICKS_MAX = 10
/** The walk turns back this far from where it began: 0.5 % of a price of 60,000.00. */
const RANGE_TICKS = 30_000
/** Chance that a quote event moves the whole touch, or changes the spread by a tick. */
const MOVE_CHANCE = 0.035
const SPREAD_CHANCE = 0.015

/** Ticks beyond the touch where quotes may stand: all of the nearest, then every fifth. */
const NEAR_TICKS = 6
const FAR_STEP_TICKS = 5
const FAR_TICKS = 120

/** Of the base asset: displayed at the touch and near it, further out, and traded. */
const NEAR_SIZE: SizeLaw = { median: 0.06, sigma: 0.6, least: 0.01, most: 0.3 }
const FAR_SIZE: SizeLaw = { median: 0.5, sigma: 0.8, least: 0.05, most: 5 }
const TRADE_SIZE: SizeLaw = { median: 0.035, sigma: 0.8, least: 0.005, most: 0.2 }

/** Lognormal, cut off at both ends. */
interface SizeLaw {
  readonly median: number
  readonly sigma: number
  readonly least: number
  readonly most: number
}

export class SyntheticMarket implements MarketSource {
  readonly #instrument: SimInstrument
  readonly #qtyUnitsPerBase: number
  // Quotes and trades draw from generators of their own: neither shifts the other.
  readonly #quotePrng: Prng
  readonly #tradePrng: Prng
  readonly #startTicks: number
  #bidTicks: number
  #askTicks: number
  #nextQuoteUs: number
  #nextTradeUs: number
  /** The second taker of the pair, or undefined when a new pair is to be drawn. */
  #pendingTaker: Side | undefined

  /** @throws EngineError `bad_fair_price` when it is too near to zero for the walk. */
  constructor(instrument: SimInstrument, options: SyntheticOptions) {
    const prng = new Prng(options.seed)
    this.#instrument = instrument
    this.#qtyUnitsPerBase = 10 ** instrument.qtyScale * (options.sizeFactor ?? 1)
    this.#quotePrng = prng.fork()
    this.#tradePrng = prng.fork()
    const fair = unitsFromText(options.fairPrice, instrument.priceScale, 'fair price')
    this.#startTicks = Math.round(fair / instrument.tickUnits)
    if (this.#startTicks <= 2 * FAR_TICKS) {
      throw new EngineError(
        'bad_fair_price',
        `a fair price of ${options.fairPrice} is fewer than ${2 * FAR_TICKS} ticks above zero`,
      )
    }
    this.#bidTicks = this.#startTicks - 1
    this.#askTicks = this.#startTicks + 1
    this.#nextQuoteUs = options.startUs + this.#gap(this.#quotePrng, QUOTE_GAP_US)
    this.#nextTradeUs = options.startUs + this.#gap(this.#tradePrng, TRADE_GAP_US)
  }

  open(desk: MarketDesk): void {
    const openingUs = Math.min(this.#nextQuoteUs, this.#nextTradeUs)
    this.#fillLevels(desk, openingUs)
  }

  nextEventUs(): number {
    return Math.min(this.#nextQuoteUs, this.#nextTradeUs)
  }

  step(desk: MarketDesk): void {
    if (this.#nextTradeUs < this.#nextQuoteUs) {
      const nowUs = this.#nextTradeUs
      this.#nextTradeUs += this.#gap(this.#tradePrng, TRADE_GAP_US)
      this.#trade(desk, nowUs)
    } else {
      const nowUs = this.#nextQuoteUs
      this.#nextQuoteUs += this.#gap(this.#quotePrng, QUOTE_GAP_US)
      this.#quote(desk, nowUs)
    }
  }

  #quote(desk: MarketDesk, nowUs: number): void {
    const prng = this.#quotePrng
    const kind = prng.nextFraction()
    const isMove = kind < MOVE_CHANCE + SPREAD_CHANCE
    if (kind < MOVE_CHANCE) this.#moveTouch(prng)
    else if (isMove) this.#changeSpread(prng)
    else this.#flicker(desk, nowUs)
    // Only a move leaves levels where none should be; a taker may empty some at any time.
    if (isMove) this.#clearLevels(desk, nowUs)
    this.#fillLevels(desk, nowUs)
  }

  /** Both sides one tick up or down, rarely two or three. */
  #moveTouch(prng: Prng): void {
    const ticks = prng.chance(0.15) ? prng.nextInteger(2, 3) : 1
    const awayTicks = this.#bidTicks - this.#startTicks
    const isUp = Math.abs(awayTicks) < this.#range() ? prng.chance(0.5) : awayTicks < 0
    this.#bidTicks += isUp ? ticks : -ticks
    this.#askTicks += isUp ? ticks : -ticks
  }

  /** One side steps in or out; wide spreads close more often than they widen. */
  #changeSpread(prng: Prng): void {
    const spreadTicks = this.#askTicks - this.#bidTicks
    const isWider = prng.nextFraction() > spreadTicks / 5
    const isAsk = prng.chance(0.5)
    if (isWider ? spreadTicks >= SPREAD_TICKS_MAX : spreadTicks <= 1) return
    if (isAsk) this.#askTicks += isWider ? 1 : -1
    else this.#bidTicks += isWider ? -1 : 1
  }

  /** One level near the touch shows another quantity. */
  #flicker(desk: MarketDesk, nowUs: number): void {
    const prng = this.#quotePrng
    const side = prng.chance(0.5) ? Side.Buy : Side.Sell
    const distanceTicks = prng.nextInteger(0, NEAR_TICKS - 1)
    desk.setMarket(side, this.#priceAt(side, distanceTicks), this.#draw(prng, NEAR_SIZE), nowUs)
  }

  /** Withdraws what the walk left standing in front of the touch or beyond the far end. */
  #clearLevels(desk: MarketDesk, nowUs: number): void {
    for (const side of [Side.Buy, Side.Sell]) {
      for (let behind = -SPREAD_TICKS_MAX; behind <= FAR_TICKS + SPREAD_TICKS_MAX; behind++) {
        if (this.#isQuoted(side, behind)) continue
        const priceUnits = this.#priceAt(side, behind)
        if (desk.marketUnits(side, priceUnits) > 0) desk.setMarket(side, priceUnits, 0, nowUs)
      }
    }
  }

  /** Every level that should show quantity and does not gets some. */
  #fillLevels(desk: MarketDesk, nowUs: number): void {
    for (const side of [Side.Buy, Side.Sell]) {
      for (let behind = 0; behind <= FAR_TICKS; behind++) {
        if (!this.#isQuoted(side, behind)) continue
        const priceUnits = this.#priceAt(side, behind)
        if (desk.marketUnits(side, priceUnits) > 0) continue
        const law = behind < NEAR_TICKS ? NEAR_SIZE : FAR_SIZE
        desk.setMarket(side, priceUnits, this.#draw(this.#quotePrng, law), nowUs)
      }
    }
  }

  #trade(desk: MarketDesk, nowUs: number): void {
    const prng = this.#tradePrng
    const taker = this.#nextTaker()
    const qtyUnits = this.#draw(prng, TRADE_SIZE)
    const restingSide = taker === Side.Buy ? Side.Sell : Side.Buy
    const priceUnits = this.#priceAt(restingSide, 0)
    desk.take(taker, priceUnits, qtyUnits, nowUs)
    // Drawn in any case, so that our orders at the touch do not shift later draws.
    const refillUnits = this.#draw(prng, NEAR_SIZE)
    if (desk.marketUnits(restingSide, priceUnits) === 0) {
      desk.setMarket(restingSide, priceUnits, refillUnits, nowUs)
    }
  }

  #nextTaker(): Side {
    const pending = this.#pendingTaker
    if (pending !== undefined) {
      this.#pendingTaker = undefined
      return pending
    }
    const isBuyFirst = this.#tradePrng.chance(0.5)
    this.#pendingTaker = isBuyFirst ? Side.Sell : Side.Buy
    return isBuyFirst ? Side.Buy : Side.Sell
  }

  /** Whether the side shows quantity this many ticks behind its touch (negative: before it). */
  #isQuoted(side: Side, behindTicks: number): boolean {
    if (behindTicks < 0 || behindTicks > FAR_TICKS) return false
    if (behindTicks < NEAR_TICKS) return true
    // Far levels stand on round prices, so that most of them stay when the touch moves.
    return this.#ticksAt(side, behindTicks) % FAR_STEP_TICKS === 0
  }

  #ticksAt(side: Side, behindTicks: number): number {
    return side === Side.Buy ? this.#bidTicks - behindTicks : this.#askTicks + behindTicks
  }

  #priceAt(side: Side, behindTicks: number): number {
    return this.#ticksAt(side, behindTicks) * this.#instrument.tickUnits
  }

  #range(): number {
    return Math.min(RANGE_TICKS, this.#startTicks - 2 * FAR_TICKS)
  }

  #draw(prng: Prng, law: SizeLaw): number {
    const { lotUnits } = this.#instrument
    const size = law.median * Math.exp(law.sigma * normal(prng))
    const base = Math.min(law.most, Math.max(law.least, size))
    const lots = Math.max(1, Math.round((base * this.#qtyUnitsPerBase) / lotUnits))
    assert(Number.isSafeInteger(lots * lotUnits), 'a drawn quantity is a whole number of units')
    return lots * lotUnits
  }

  #gap(prng: Prng, gap: { readonly least: number; readonly most: number }): number {
    return prng.nextInteger(gap.least, gap.most)
  }
}

/** Standard normal by Box and Muller; always two draws. */
function normal(prng: Prng): number {
  const radius = Math.sqrt(-2 * Math.log(1 - prng.nextFraction()))
  return radius * Math.cos(2 * Math.PI * prng.nextFraction())
}
