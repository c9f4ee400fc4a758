// A market that moves when it is told to: so many ticks at even distances, each of which makes an
// order that follows the touch stale. Between two runs it moves now and then, so that nobody takes
// the book for dead. For benches and rehearsals, where orders must be many and alike.
import { Side, US_PER_S } from '#core/units.ts'
import type { MarketDesk, MarketSource } from './market-source.ts'

const LEVELS = 60
const LEVEL_UNITS = 300_000
const IDLE_GAP_US = US_PER_S / 4
/** The touch jumps down by two to five ticks and then back up. */
const JUMP_MIN = 2
const JUMP_VARIETY = 4

export class PacedMarket implements MarketSource {
  ticksLeft = 0
  #gapUs = IDLE_GAP_US
  #nextUs: number
  #bid: number
  #ticks = 0

  readonly #ticksPerTaker: number

  /** `ticksPerTaker`: that often takers of both sides empty the touch; Infinity = nobody trades. */
  constructor(startUs: number, bidTicks: number, ticksPerTaker = Infinity) {
    this.#nextUs = startUs + IDLE_GAP_US
    this.#bid = bidTicks
    this.#ticksPerTaker = ticksPerTaker
  }

  /** Ticks so often from now on, then idles again. */
  run(ticks: number, ticksPerSecond: number, nowUs: number): void {
    this.ticksLeft = ticks
    this.#gapUs = US_PER_S / ticksPerSecond
    this.#nextUs = nowUs + this.#gapUs
  }

  open(desk: MarketDesk): void {
    for (let level = 0; level < LEVELS; level++) {
      desk.setMarket(Side.Buy, this.#bid - level, LEVEL_UNITS, this.#nextUs)
      desk.setMarket(Side.Sell, this.#bid + 1 + level, LEVEL_UNITS, this.#nextUs)
    }
  }

  nextEventUs(): number {
    return this.#nextUs
  }

  /** The interval between old and new touch changes sides. */
  step(desk: MarketDesk): void {
    const nowUs = this.#nextUs
    const isUp = this.#ticks % 2 === 1
    const jump = JUMP_MIN + ((this.#ticks >> 1) % JUMP_VARIETY)
    const from = this.#bid
    this.#bid += isUp ? jump : -jump
    this.#ticks++
    const [gone, come] = isUp ? [Side.Sell, Side.Buy] : [Side.Buy, Side.Sell]
    const first = Math.min(from, this.#bid) + 1
    const last = Math.max(from, this.#bid)
    for (let price = first; price <= last; price++) desk.setMarket(gone, price, 0, nowUs)
    for (let price = first; price <= last; price++) desk.setMarket(come, price, LEVEL_UNITS, nowUs)
    if (this.#ticks % this.#ticksPerTaker === 0) this.#take(desk, nowUs)
    if (this.ticksLeft > 0 && --this.ticksLeft === 0) this.#gapUs = IDLE_GAP_US
    this.#nextUs += this.#gapUs
  }

  /** What stood at the touch, ours included, trades; the market's part of it is put back. */
  #take(desk: MarketDesk, nowUs: number): void {
    desk.take(Side.Buy, this.#bid + 1, 2 * LEVEL_UNITS, nowUs)
    desk.take(Side.Sell, this.#bid, 2 * LEVEL_UNITS, nowUs)
    desk.setMarket(Side.Sell, this.#bid + 1, LEVEL_UNITS, nowUs)
    desk.setMarket(Side.Buy, this.#bid, LEVEL_UNITS, nowUs)
  }
}
