// H71: enough free funds at start, or a refusal that names what is missing.
import { Side, type PriceUnits, type QtyUnits } from '#core/units.ts'
import type { Instrument } from '#market/instrument.ts'

export interface FundsNeed {
  readonly instrument: Instrument
  readonly side: Side
  readonly qty: QtyUnits
  /** Worst price that may be paid; ignored for a sell. */
  readonly price: PriceUnits
}

export function spentAsset(instrument: Instrument, side: Side): string {
  return side === Side.Sell ? instrument.baseAsset : instrument.quoteAsset
}

/** '' when `free` covers the need, else what to do. Float bounds: a check, not a ledger. */
export function fundsFault(need: FundsNeed, free: number): string {
  const { instrument, side } = need
  const qty = need.qty / 10 ** instrument.qtyScale
  const price = need.price / 10 ** instrument.priceScale
  const needed = side === Side.Sell ? qty : qty * price
  if (free >= needed) return ''
  const asset = spentAsset(instrument, side)
  return `insufficient balance: ${free} ${asset} free, ${needed} ${asset} needed; fund the account`
}
