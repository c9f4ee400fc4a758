// Hot path.
// Numbers as ASCII digits into an outgoing frame, without a string in between.
import { assert } from '#core/assert.ts'

const ZERO = 0x30
const DOT = 0x2e

/** Exactly `width` digits at `at`, zeros in front. The value must fit. */
export function writeInteger(value: number, width: number, out: Uint8Array, at: number): void {
  let rest = value
  for (let i = at + width - 1; i >= at; i--) {
    const quotient = Math.floor(rest / 10)
    out[i] = ZERO + (rest - quotient * 10)
    rest = quotient
  }
  assert(rest === 0, 'an integer wider than its place')
}

/**
 * `units` × 10^-scale as a plain decimal with exactly `scale` decimals: 7 at scale 2 is `0.07`.
 * Units are not negative and at most 2^53. Returns the position after the last byte.
 */
export function writeDecimal(units: number, scale: number, out: Uint8Array, at: number): number {
  assert(units >= 0, 'a negative price or quantity is never sent')
  let digits = 1
  for (let rest = units; rest >= 10; rest = Math.floor(rest / 10)) digits++
  const wholeDigits = digits > scale ? digits - scale : 1
  const end = at + wholeDigits + (scale > 0 ? scale + 1 : 0)
  const dotAt = scale > 0 ? at + wholeDigits : -1
  let rest = units
  for (let i = end - 1; i >= at; i--) {
    if (i === dotAt) {
      out[i] = DOT
      continue
    }
    const quotient = Math.floor(rest / 10)
    out[i] = ZERO + (rest - quotient * 10)
    rest = quotient
  }
  return end
}
