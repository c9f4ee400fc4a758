// How Binance spot writes numbers, times and enumerations.
//
// Prices and quantities are strings with exactly eight decimals, ids and times are JSON integers.
// Times are milliseconds unless a client asked for microseconds.
import { D } from '#core/decimal.ts'
import { Side, US_PER_MS } from '#core/units.ts'
import { OrderType, TimeInForce } from '#order/order-codes.ts'
import type { SimOrder, SimOrderStatus } from '#sim/exchange-types.ts'

const WIRE_DECIMALS = 8
export const ZERO = '0.00000000'

/** Exact for scales up to 8; `0.10000000`. */
export function fixed8(units: number, scale: number): string {
  const digits = units.toString().padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  return `${whole}.${digits.slice(digits.length - scale).padEnd(WIRE_DECIMALS, '0')}`
}

/** For amounts of any scale: cut after the eighth decimal, as the venue does. */
export function fixed8Big(units: bigint, scale: number): string {
  return new D(units.toString()).div(D.pow(10, scale)).toFixed(WIRE_DECIMALS, D.ROUND_DOWN)
}

export function fixed8Text(decimal: string): string {
  return new D(decimal).toFixed(WIRE_DECIMALS, D.ROUND_DOWN)
}

/** Turns the host's µs into the number that stands on the wire. */
export type Stamp = (us: number) => number

export const WIRE_SIDE = { [Side.Buy]: 'BUY', [Side.Sell]: 'SELL' } as const
export const WIRE_TYPE = {
  [OrderType.Limit]: 'LIMIT',
  [OrderType.Market]: 'MARKET',
  [OrderType.LimitMaker]: 'LIMIT_MAKER',
} as const
export const WIRE_TIME_IN_FORCE = {
  [TimeInForce.Gtc]: 'GTC',
  [TimeInForce.Ioc]: 'IOC',
  [TimeInForce.Fok]: 'FOK',
  [TimeInForce.Gtd]: 'GTC',
} as const
export const WIRE_STATUS: Readonly<Record<SimOrderStatus, string>> = {
  new: 'NEW',
  partially_filled: 'PARTIALLY_FILLED',
  filled: 'FILLED',
  cancelled: 'CANCELED',
  expired: 'EXPIRED',
}

/** Why the venue expired an order, as `expiryReason` and the stream's `eR` say it. */
export function expiryReason(order: SimOrder): string | undefined {
  if (order.status !== 'expired') return undefined
  if (order.type === OrderType.Market) return 'INSUFFICIENT_LIQUIDITY'
  if (order.timeInForce === TimeInForce.Ioc) return 'UNFILLED_IOC_QUANTITY_EXPIRED'
  if (order.timeInForce === TimeInForce.Fok) return 'UNFILLED_FOK_ORDER_EXPIRED'
  return 'EXCHANGE_CANCELED'
}

/**
 * The venue's clock: the host's plus an offset that a test may move. Orders and trades keep the
 * host's time inside; the offset is added only where a time is written or read.
 */
export class VenueClock {
  offsetUs = 0

  readonly ms: Stamp = (us) => Math.floor((us + this.offsetUs) / US_PER_MS)
  readonly us: Stamp = (us) => us + this.offsetUs

  stampFor(unit: string): Stamp {
    return unit.toUpperCase() === 'MICROSECOND' ? this.us : this.ms
  }
}
