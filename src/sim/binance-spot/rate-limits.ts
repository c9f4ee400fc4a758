// The venue's counters: request weight for everybody, orders for each account.
//
// Windows are fixed and aligned to the clock, so a count falls to zero at the full minute, not a
// minute after the first request. An order's first fill gives back some of its count: one as a
// taker, five as a maker, never below zero.
import { US_PER_MS, US_PER_S } from '#core/units.ts'
import { VenueError } from './venue-error.ts'

/** What the venue allows; a venue grants some accounts more orders than the public figures. */
export interface LimitFigures {
  readonly weightPerMinute: number
  readonly ordersPerTenSeconds: number
  readonly ordersPerDay: number
}

const PUBLIC_LIMITS: LimitFigures = {
  weightPerMinute: 6_000,
  ordersPerTenSeconds: 100,
  ordersPerDay: 200_000,
}

const MINUTE_US = 60 * US_PER_S
const TEN_SECONDS_US = 10 * US_PER_S
const DAY_US = 86_400 * US_PER_S
const TAKER_REFUND = 1
const MAKER_REFUND = 5

/** For benches and rehearsals, where orders must be many. */
export const NO_LIMITS: LimitFigures = {
  weightPerMinute: 1e9,
  ordersPerTenSeconds: 1e8,
  ordersPerDay: 1e9,
}

function limitRow(rateLimitType: string, interval: string, intervalNum: number, limit: number) {
  return { rateLimitType, interval, intervalNum, limit }
}

/** Rows of exchangeInfo.rateLimits; `count` is added in answers. */
function limitRows(figures: LimitFigures) {
  return {
    weight: limitRow('REQUEST_WEIGHT', 'MINUTE', 1, figures.weightPerMinute),
    tenSeconds: limitRow('ORDERS', 'SECOND', 10, figures.ordersPerTenSeconds),
    day: limitRow('ORDERS', 'DAY', 1, figures.ordersPerDay),
    raw: limitRow('RAW_REQUESTS', 'MINUTE', 5, 300_000),
  }
}

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

/** Slow down, and the ban of those who did not. */
export type BanStatus = 418 | 429

export class RateLimits {
  readonly #figures: LimitFigures
  readonly #rows: ReturnType<typeof limitRows>
  readonly #weight = new FixedWindow(MINUTE_US)
  #banUntilUs = 0
  #banStatus: BanStatus = 429
  readonly #orders = new Map<string, { readonly short: FixedWindow; readonly day: FixedWindow }>()

  constructor(figures: LimitFigures = PUBLIC_LIMITS) {
    this.#figures = figures
    this.#rows = limitRows(figures)
  }

  /** The rateLimits array of exchangeInfo. */
  get rows(): readonly object[] {
    return Object.values(this.#rows)
  }

  /** Answers everything with a refusal until then. */
  ban(status: BanStatus, untilUs: number): void {
    this.#banStatus = status
    this.#banUntilUs = untilUs
  }

  /** @throws VenueError -1003 (429) when the weight does not fit; it is counted all the same. */
  spendWeight(weight: number, nowUs: number): void {
    if (nowUs < this.#banUntilUs) throw banned(this.#banStatus, this.#banUntilUs)
    this.#weight.add(weight, nowUs)
    const { weightPerMinute } = this.#figures
    if (this.#weight.count(nowUs) <= weightPerMinute) return
    throw new VenueError(
      -1003,
      `Too much request weight used; current limit is ${weightPerMinute} request weight ` +
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
    const { ordersPerTenSeconds, ordersPerDay } = this.#figures
    if (short.count(nowUs) >= ordersPerTenSeconds) {
      throw tooManyOrders(`${ordersPerTenSeconds} orders per 10 SECOND`, short.endUs(nowUs))
    }
    if (day.count(nowUs) >= ordersPerDay) {
      throw tooManyOrders(`${ordersPerDay} orders per 1 DAY`, day.endUs(nowUs))
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
    return { ...this.#rows.weight, count: this.usedWeight(nowUs) }
  }

  orderRows(account: string, nowUs: number): readonly object[] {
    const used = this.usedOrders(account, nowUs)
    return [
      { ...this.#rows.tenSeconds, count: used.short },
      { ...this.#rows.day, count: used.day },
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

function banned(status: BanStatus, retryAtUs: number): VenueError {
  const text =
    status === 429
      ? 'Too many requests; please use WebSocket Streams for live updates to avoid bans.'
      : `Way too many requests; IP banned until ${Math.ceil(retryAtUs / US_PER_MS)}. Please use ` +
        'WebSocket Streams for live updates to avoid bans.'
  return new VenueError(-1003, text, status, { retryAtUs })
}

function tooManyOrders(limit: string, retryAtUs: number): VenueError {
  return new VenueError(-1015, `Too many new orders; current limit is ${limit}.`, 429, {
    retryAtUs,
  })
}
