// The venue's counters: request weight for everybody, orders for each account.
//
// Windows are fixed and aligned to the clock, so a count falls to zero at the full minute, not a
// minute after the first request. An order's first fill gives back some of its count: one as a
// taker, five as a maker, never below zero.
import { US_PER_S } from '#core/units.ts'
import { VenueError } from './venue-error.ts'

export const WEIGHT_PER_MINUTE = 6_000
export const ORDERS_PER_TEN_SECONDS = 100
export const ORDERS_PER_DAY = 200_000

const MINUTE_US = 60 * US_PER_S
const TEN_SECONDS_US = 10 * US_PER_S
const DAY_US = 86_400 * US_PER_S
const TAKER_REFUND = 1
const MAKER_REFUND = 5

/** One row of exchangeInfo.rateLimits; `count` is added in answers. */
export const RATE_LIMITS = [
  {
    rateLimitType: 'REQUEST_WEIGHT',
    interval: 'MINUTE',
    intervalNum: 1,
    limit: WEIGHT_PER_MINUTE,
  },
  { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: ORDERS_PER_TEN_SECONDS },
  { rateLimitType: 'ORDERS', interval: 'DAY', intervalNum: 1, limit: ORDERS_PER_DAY },
  { rateLimitType: 'RAW_REQUESTS', interval: 'MINUTE', intervalNum: 5, limit: 300_000 },
] as const

class FixedWindow {
  readonly lengthUs: number
  #startUs = 0
  #count = 0

  constructor(lengthUs: number) {
    this.lengthUs = lengthUs
  }

  count(nowUs: number): number {
    const startUs = nowUs - (nowUs % this.lengthUs)
    if (startUs !== this.#startUs) {
      this.#startUs = startUs
      this.#count = 0
    }
    return this.#count
  }

  add(amount: number, nowUs: number): void {
    this.#count = Math.max(0, this.count(nowUs) + amount)
  }

  endUs(nowUs: number): number {
    return nowUs - (nowUs % this.lengthUs) + this.lengthUs
  }
}

export class RateLimits {
  readonly #weight = new FixedWindow(MINUTE_US)
  readonly #orders = new Map<string, { readonly short: FixedWindow; readonly day: FixedWindow }>()

  /** @throws VenueError -1003 (429) when the weight does not fit; it is counted all the same. */
  spendWeight(weight: number, nowUs: number): void {
    this.#weight.add(weight, nowUs)
    if (this.#weight.count(nowUs) <= WEIGHT_PER_MINUTE) return
    throw new VenueError(
      -1003,
      `Too much request weight used; current limit is ${WEIGHT_PER_MINUTE} request weight ` +
        'per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.',
      429,
      { retryAtUs: this.#weight.endUs(nowUs) },
    )
  }

  /** A failed placement or cancel costs one, a successful one nothing. */
  addFailure(nowUs: number): void {
    this.#weight.add(1, nowUs)
  }

  /** @throws VenueError -1015 (429) when the account has sent its orders. */
  spendOrder(account: string, nowUs: number): void {
    const { short, day } = this.#windowsOf(account)
    if (short.count(nowUs) >= ORDERS_PER_TEN_SECONDS) {
      throw tooManyOrders(`${ORDERS_PER_TEN_SECONDS} orders per 10 SECOND`, short.endUs(nowUs))
    }
    if (day.count(nowUs) >= ORDERS_PER_DAY) {
      throw tooManyOrders(`${ORDERS_PER_DAY} orders per 1 DAY`, day.endUs(nowUs))
    }
    short.add(1, nowUs)
    day.add(1, nowUs)
  }

  /** The first fill of an order gives part of its count back. */
  refundFirstFill(account: string, isMaker: boolean, nowUs: number): void {
    const { short, day } = this.#windowsOf(account)
    const refund = isMaker ? MAKER_REFUND : TAKER_REFUND
    short.add(-refund, nowUs)
    day.add(-refund, nowUs)
  }

  usedWeight(nowUs: number): number {
    return this.#weight.count(nowUs)
  }

  usedOrders(account: string, nowUs: number): { readonly short: number; readonly day: number } {
    const { short, day } = this.#windowsOf(account)
    return { short: short.count(nowUs), day: day.count(nowUs) }
  }

  /** The rateLimits array of a WS API answer. */
  weightRow(nowUs: number): object {
    return { ...RATE_LIMITS[0], count: this.usedWeight(nowUs) }
  }

  orderRows(account: string, nowUs: number): readonly object[] {
    const used = this.usedOrders(account, nowUs)
    return [
      { ...RATE_LIMITS[1], count: used.short },
      { ...RATE_LIMITS[2], count: used.day },
    ]
  }

  #windowsOf(account: string): { readonly short: FixedWindow; readonly day: FixedWindow } {
    const known = this.#orders.get(account)
    if (known !== undefined) return known
    const fresh = { short: new FixedWindow(TEN_SECONDS_US), day: new FixedWindow(DAY_US) }
    this.#orders.set(account, fresh)
    return fresh
  }
}

function tooManyOrders(limit: string, retryAtUs: number): VenueError {
  return new VenueError(-1015, `Too many new orders; current limit is ${limit}.`, 429, {
    retryAtUs,
  })
}
