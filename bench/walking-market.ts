// A market for wire to wire: it ticks on command, and its touch walks up over the even prices and
// down over the odd ones, so that a price tells which tick it belongs to.
//
//   offset 126 ┤            ╱╲
//              │          ╱    ╲
//            0 ┤        ╱        ╲       and again after WALK_TICKS ticks
//
// It remembers when each tick of a run was due. Between two runs it moves now and then, so that
// nobody takes the book for dead.
import { Side, US_PER_S } from '#core/units.ts'
import type { MarketDesk, MarketSource } from '#sim/market-source.ts'
import type { SentTick } from './tick-matching.ts'

/** Even, so that both ways hold half of it: the walk's offsets are 0 … WALK_TICKS − 1. */
const WALK_TICKS = 128
/** Deeper than the walk is wide: both sides always have a touch. */
const LEVELS = WALK_TICKS + 60
const LEVEL_UNITS = 300_000
const IDLE_GAP_US = US_PER_S / 4

export class WalkingMarket implements MarketSource {
  ticksLeft = 0
  /** Of the last run. */
  readonly ticks: SentTick[] = []
  readonly #lowBid: number
  #bid: number
  #gapUs = IDLE_GAP_US
  #nextUs: number
  #steps = 0

  constructor(startUs: number, bidTicks: number) {
    this.#nextUs = startUs + IDLE_GAP_US
    this.#lowBid = bidTicks
    this.#bid = bidTicks
  }

  /** Ticks so often from now on, then idles again. */
  run(ticks: number, ticksPerSecond: number, nowUs: number): void {
    this.ticks.length = 0
    this.ticksLeft = ticks
    this.#gapUs = US_PER_S / ticksPerSecond
    this.#nextUs = nowUs + this.#gapUs
  }

  /** The venue has handed the newest tick to the kernel. */
  sent(atUs: number): void {
    const newest = this.ticks.at(-1)
    if (newest !== undefined) newest.sentUs = atUs
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
    const from = this.#bid
    this.#bid = this.#lowBid + walkOffset(++this.#steps)
    const [gone, come] = this.#bid > from ? [Side.Sell, Side.Buy] : [Side.Buy, Side.Sell]
    const first = Math.min(from, this.#bid) + 1
    const last = Math.max(from, this.#bid)
    for (let price = first; price <= last; price++) desk.setMarket(gone, price, 0, nowUs)
    for (let price = first; price <= last; price++) desk.setMarket(come, price, LEVEL_UNITS, nowUs)
    if (this.ticksLeft > 0) {
      this.ticks.push({ askTicks: this.#bid + 1, dueUs: nowUs, sentUs: NaN })
      if (--this.ticksLeft === 0) this.#gapUs = IDLE_GAP_US
    }
    this.#nextUs += this.#gapUs
  }
}

/** 0, 2, … WALK_TICKS − 2, WALK_TICKS − 1, … 3, 1, and again. */
function walkOffset(steps: number): number {
  const at = steps % WALK_TICKS
  return at < WALK_TICKS / 2 ? 2 * at : 2 * (WALK_TICKS - at) - 1
}
