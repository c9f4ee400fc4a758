// An iceberg as a client would run it: 0.1 at the near touch net of its own quantity, looked at
// every 20 ms, repriced at most every 100 ms when the touch moved a tick.
import { Side, SIDE_NAMES, US_PER_MS, US_PER_S } from '#core/units.ts'
import type { SimOrder } from '#sim/exchange-types.ts'
import type { Exchange } from '#sim/exchange.ts'
import { BTC, qty, requestOf } from './exchange-kit.ts'

const SYMBOL = BTC.symbol

export class RepricingOrder {
  readonly #exchange: Exchange
  readonly #side: Side
  readonly #totalUnits: number
  #working: SimOrder | undefined
  #filledUnits = 0
  #count = 0

  constructor(exchange: Exchange, side: Side, total: string) {
    this.#exchange = exchange
    this.#side = side
    this.#totalUnits = qty(total)
  }

  /** Seconds of venue time until the total is filled; Infinity after a minute. */
  run(): number {
    let nowUs = 0
    while (this.#filledUnits < this.#totalUnits) {
      nowUs += 20 * US_PER_MS
      if (nowUs > 60 * US_PER_S) return Infinity
      this.#exchange.advanceTo(nowUs)
      this.#look(nowUs)
    }
    return nowUs / US_PER_S
  }

  #look(nowUs: number): void {
    const touch = this.#touch()
    const working = this.#working
    if (working?.status === 'filled') this.#settle(working)
    else if (working !== undefined && working.priceUnits !== touch) this.#reprice(working, nowUs)
    if (this.#working === undefined && this.#filledUnits < this.#totalUnits)
      this.#place(touch, nowUs)
  }

  #reprice(working: SimOrder, nowUs: number): void {
    if (nowUs % (100 * US_PER_MS) !== 0) return
    this.#exchange.cancel('ann', SYMBOL, { orderId: working.orderId }, nowUs)
    this.#settle(working)
  }

  #settle(order: SimOrder): void {
    this.#filledUnits += order.filledUnits
    this.#working = undefined
  }

  #place(touch: number, nowUs: number): void {
    const left = Math.min(qty('0.1'), this.#totalUnits - this.#filledUnits)
    const text = `ann ${SIDE_NAMES[this.#side]} ${touch / 100} ${left / 100_000}`
    const placed = this.#exchange.place(requestOf(text, `c${this.#count++}`), nowUs)
    if ('reason' in placed) throw new Error(placed.text)
    this.#working = placed
  }

  #touch(): number {
    const { bids, asks } = this.#exchange.depth(SYMBOL, 10)
    const working = this.#working
    for (const [at, units] of this.#side === Side.Buy ? bids : asks) {
      const isOwn = working?.priceUnits === at
      const ownUnits = isOwn ? working.qtyUnits - working.filledUnits : 0
      if (units > ownUnits) return at
    }
    return Number.NaN
  }
}
