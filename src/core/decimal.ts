// The edge between decimal text (YAML, API, REST, reports) and scaled integers (the hot path).
// A number that does not fit exactly is refused here, never rounded.
import { Decimal } from 'decimal.js'
import { EngineError } from './engine-error.ts'

export const D = Decimal.clone({ precision: 60, rounding: Decimal.ROUND_HALF_EVEN })
export type D = Decimal

const PLAIN_DECIMAL = /^-?(\d+)(?:\.(\d+))?$/

/** True for `12`, `-0.5`, `12.50`; false for `1e5`, `.5`, `12.`, ` 1`, `NaN`. */
export function isPlainDecimal(text: string): boolean {
  return PLAIN_DECIMAL.test(text)
}

/**
 * `text` × 10^scale as an exact integer.
 * @throws EngineError `not_a_decimal` or `does_not_fit`, naming `what` and the text.
 */
export function unitsFromText(text: string, scale: number, what: string): number {
  if (!isPlainDecimal(text)) {
    throw new EngineError('not_a_decimal', `${what}: "${text}" is not a plain decimal number`)
  }
  const scaled = new D(text).mul(D.pow(10, scale))
  if (!scaled.isInteger()) {
    throw new EngineError('does_not_fit', `${what}: ${text} has more than ${scale} decimals`)
  }
  const units = scaled.toNumber()
  if (!Number.isSafeInteger(units)) {
    throw new EngineError('does_not_fit', `${what}: ${text} is too large for scale ${scale}`)
  }
  return units
}

/** The shortest decimal text of `units` × 10^-scale: no exponent, no trailing zeros. */
export function textFromUnits(units: number | bigint, scale: number): string {
  return new D(units.toString()).div(D.pow(10, scale)).toFixed()
}

/** Decimals needed to write `text` exactly: `0.01000000` → 2, `100` → 0. */
export function scaleOfText(text: string): number {
  const match = PLAIN_DECIMAL.exec(text)
  if (!match) throw new EngineError('not_a_decimal', `"${text}" is not a plain decimal number`)
  return (match[2] ?? '').replace(/0+$/, '').length
}

/** H10: averages print rounded half-even to 12 significant digits. */
export function averageText(value: D): string {
  return new D(value.toSignificantDigits(12, Decimal.ROUND_HALF_EVEN)).toFixed()
}
