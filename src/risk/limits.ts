// The limits a person configured, in the units the gate compares. Cold: made once at start.
import { D, unitsFromText } from '#core/decimal.ts'
import type { Instrument } from '#market/instrument.ts'

/** As configured; decimal text in quote or base. */
export interface RiskSettings {
  readonly maxOrderNotional?: string
  readonly maxPosition: Readonly<Record<string, string>>
  readonly priceCollarBps: number
  readonly ordersPerSecond: number
  readonly maxOpenOrders: number
}

/** One instrument's limits. Notional is compared as a float that is never below the true one. */
export interface InstrumentLimits {
  /** price × qty in quote, as a float; Infinity = no limit. */
  readonly orderNotionalMax: number
  /** In qtyUnits; Infinity = no limit. */
  readonly positionMaxUnits: number
  /** Turns priceUnits × qtyUnits into quote. */
  readonly notionalScale: number
  /** Turns qtyUnits into base. */
  readonly baseScale: number
}

export function limitsOf(settings: RiskSettings, instrument: Instrument): InstrumentLimits {
  const position = settings.maxPosition[instrument.symbol]
  const what = `risk.max_position.${instrument.symbol}`
  return {
    orderNotionalMax:
      settings.maxOrderNotional === undefined
        ? Infinity
        : new D(settings.maxOrderNotional).toNumber(),
    positionMaxUnits:
      position === undefined ? Infinity : unitsFromText(position, instrument.qtyScale, what),
    notionalScale: 10 ** -(instrument.priceScale + instrument.qtyScale),
    baseScale: 10 ** -instrument.qtyScale,
  }
}
