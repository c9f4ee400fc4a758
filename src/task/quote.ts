// Hot path.
// Where an order of a task should stand now: the reference net of our own orders, through H1.
import { priceUnits, Side, type PriceUnits } from '#core/units.ts'
import type { Instrument } from '#market/instrument.ts'
import { orderPrice, type PriceRule } from './order-pricing.ts'
import type { TaskMarket } from './task.ts'

export const REFERENCES = ['near', 'far', 'mid', 'last', 'fixed'] as const
export type Reference = (typeof REFERENCES)[number]

/** No price can be told: nothing is visible, or the reference has not traded yet. */
export const NO_PRICE = priceUnits(0)

export class Quote {
  readonly #market: TaskMarket
  readonly #instrument: number
  readonly #account: number

  constructor(market: TaskMarket, instrument: Instrument, account: number) {
    this.#market = market
    this.#instrument = instrument.index
    this.#account = account
  }

  /** Mid net of own; 0 while a side is empty. May end in half a unit. */
  mid(): number {
    const { bid, ask } = this.#market.netTop(this.#instrument, this.#account)
    return bid > 0 && ask > 0 ? (bid + ask) / 2 : 0
  }

  /** The desired price of a new or working order, or NO_PRICE. `fixedPrice` is of `fixed`. */
  price(rule: PriceRule, reference: Reference, fixedPrice: PriceUnits): PriceUnits {
    const top = this.#market.netTop(this.#instrument, this.#account)
    const near = rule.side === Side.Buy ? top.bid : top.ask
    const far = rule.side === Side.Buy ? top.ask : top.bid
    let at: number = near
    if (reference === 'far') at = far
    else if (reference === 'mid') at = near > 0 && far > 0 ? (near + far) / 2 : 0
    else if (reference === 'last') at = top.last
    else if (reference === 'fixed') at = fixedPrice
    return at === 0 ? NO_PRICE : orderPrice(rule, at, far)
  }
}
