// How much the next slice offers (H8): the wanted quantity, raised to what the venue accepts,
// joined with a rest that would be too small to send alone.
import { D } from '#core/decimal.ts'
import { qtyUnits, type PriceUnits, type QtyUnits } from '#core/units.ts'
import type { Instrument } from '#market/instrument.ts'

/** Head room over the venue's minimum notional, so that a moving average price still accepts it. */
const NOTIONAL_MARGIN = '1.01'

/** The venue's minimums at a price: made once per instrument, asked once a slice. */
export class SliceRule {
  readonly #lotUnits: number
  readonly #minQtyUnits: number
  readonly #maxQtyUnits: number
  /** 1.01 × minNotional in 10^-(priceScale + qtyScale) of quote. */
  readonly #notionalUnits: number

  constructor(instrument: Instrument) {
    this.#lotUnits = instrument.lotUnits
    this.#minQtyUnits = instrument.minQtyUnits
    this.#maxQtyUnits = instrument.maxQtyUnits
    this.#notionalUnits = new D(instrument.minNotional)
      .mul(NOTIONAL_MARGIN)
      .mul(D.pow(10, instrument.priceScale + instrument.qtyScale))
      .toNumber()
  }

  /** q_min(price) = ceil_lot(max(min_qty, 1.01 × min_notional / price)). */
  minQtyAt(price: PriceUnits): QtyUnits {
    const byNotional = this.#notionalUnits / price
    return qtyUnits(this.#ceilLot(Math.max(this.#minQtyUnits, byNotional, this.#lotUnits)))
  }

  /** The slice to offer; 0 when `remaining` can not be sent at all (it is residual). */
  slice(wanted: QtyUnits, remaining: QtyUnits, price: PriceUnits): QtyUnits {
    const minQty = this.minQtyAt(price)
    if (remaining < minQty) return qtyUnits(0)
    let slice = Math.max(Math.min(this.#floorLot(wanted), remaining), minQty)
    const rest = remaining - slice
    if (rest > 0 && rest < minQty) slice = remaining
    return qtyUnits(Math.min(this.#floorLot(slice), this.#floorLot(this.#maxQtyUnits)))
  }

  #ceilLot(qty: number): number {
    return Math.ceil(qty / this.#lotUnits) * this.#lotUnits
  }

  #floorLot(qty: number): number {
    return Math.floor(qty / this.#lotUnits) * this.#lotUnits
  }
}
