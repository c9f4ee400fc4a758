// Every execution the venues have proved, once each, and exact sums over them.
// A fill is a fact: it is booked even when it breaks a limit; others raise the alarm.
import { D, averageText } from '#core/decimal.ts'
import type { PriceUnits, QtyUnits, Side } from '#core/units.ts'
import { isProvisional } from './provisional-fills.ts'

export interface Fill {
  readonly order: number
  readonly clientIdHi: number
  readonly clientIdLo: number
  readonly task: number
  readonly account: number
  readonly instrument: number
  readonly side: Side
  readonly priceUnits: PriceUnits
  readonly qtyUnits: QtyUnits
  /** The venue's id, unique within (account, instrument). */
  readonly tradeId: string
  /** Exact decimal text, positive = paid; '' where the venue did not say. */
  readonly fee: string
  readonly feeAsset: string
  readonly isMaker: boolean
  readonly venueTimeUs: number
}

/** Σ over distinct fills of one task; notional in 10^-(priceScale + qtyScale) of quote. */
export interface FillTotals {
  qtyUnits: number
  notionalUnits: bigint
  count: number
  /** Null before the first fee. */
  feeByAsset: Map<string, D> | null
}

export class FillLedger {
  readonly #seen = new Set<string>()
  readonly #byTask: FillTotals[] = []
  readonly #qtyOfOrder = new Map<string, number>()

  get count(): number {
    return this.#seen.size
  }

  knows(account: number, instrument: number, tradeId: string): boolean {
    return this.#seen.has(key(account, instrument, tradeId))
  }

  /** False when this execution was booked before (streams, replies and listings all repeat it). */
  book(fill: Fill): boolean {
    const id = key(fill.account, fill.instrument, fill.tradeId)
    if (this.#seen.has(id)) return false
    this.#seen.add(id)
    const order = orderKey(fill.clientIdHi, fill.clientIdLo)
    this.#qtyOfOrder.set(order, (this.#qtyOfOrder.get(order) ?? 0) + fill.qtyUnits)
    const totals = this.totals(fill.task)
    totals.qtyUnits += fill.qtyUnits
    totals.notionalUnits += BigInt(fill.priceUnits) * BigInt(fill.qtyUnits)
    // What stands in for trades is no trade; the real ones will be counted.
    if (!isProvisional(fill.tradeId)) totals.count++
    if (fill.fee !== '') addFee(totals, fill.feeAsset, fill.fee)
    return true
  }

  /** What the forgotten orders of an earlier life came to: their trades are known no more. */
  addTotals(task: number, more: FillTotals): void {
    const totals = this.totals(task)
    totals.qtyUnits += more.qtyUnits
    totals.notionalUnits += more.notionalUnits
    totals.count += more.count
    for (const [asset, fee] of more.feeByAsset ?? []) addFee(totals, asset, fee)
  }

  /** Σ booked for one order, also when its row was given back long ago. */
  qtyOfOrder(clientIdHi: number, clientIdLo: number): number {
    return this.#qtyOfOrder.get(orderKey(clientIdHi, clientIdLo)) ?? 0
  }

  totals(task: number): FillTotals {
    return (this.#byTask[task] ??= {
      qtyUnits: 0,
      notionalUnits: 0n,
      count: 0,
      feeByAsset: null,
    })
  }
}

/** Σ(price × qty) / Σ qty as decimal text (H10), or '' before the first fill. */
export function averagePriceText(
  totals: { readonly qtyUnits: number; readonly notionalUnits: bigint },
  priceScale: number,
): string {
  const average = averagePrice(totals, priceScale)
  return average === null ? '' : averageText(average)
}

/** The exact average, or null before the first fill. */
export function averagePrice(
  totals: { readonly qtyUnits: number; readonly notionalUnits: bigint },
  priceScale: number,
): D | null {
  if (totals.qtyUnits === 0) return null
  const units = new D(totals.notionalUnits.toString()).div(totals.qtyUnits)
  return units.div(D.pow(10, priceScale))
}

/** Fees as text by asset, in alphabetical order. */
export function feesText(totals: FillTotals): Record<string, string> {
  const byName = [...(totals.feeByAsset ?? [])].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(byName.map(([asset, fee]) => [asset, fee.toFixed()]))
}

function addFee(totals: FillTotals, asset: string, fee: string | D): void {
  const fees = (totals.feeByAsset ??= new Map())
  fees.set(asset, (fees.get(asset) ?? new D(0)).add(fee))
}

const orderKey = (hi: number, lo: number): string => `${hi}:${lo}`

const key = (account: number, instrument: number, tradeId: string): string =>
  `${account}:${instrument}:${tradeId}`
