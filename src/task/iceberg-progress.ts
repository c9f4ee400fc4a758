// How far an iceberg has come and what it cost: counters, arrival, and the report made of them.
// Reads the fill ledger; decides nothing.
import { D } from '#core/decimal.ts'
import type { MonoNs } from '#core/units.ts'
import type { Instrument } from '#market/instrument.ts'
import { averagePrice, feesText, type FillTotals } from '#order/fill-ledger.ts'
import { bpsText, priceFromUnits, priceText, unitsText } from './execution-measures.ts'
import type { IcebergParameters, IcebergUnits } from './iceberg-parameters.ts'
import { ICEBERG_STATE_NAMES, IcebergState } from './iceberg-states.ts'
import type { SavedTask, TaskReport } from './task.ts'

export class IcebergProgress {
  ordersCount = 0
  rejectsCount = 0
  repricesCount = 0
  /** Mid net of own at the first LIVE book at or after start; 0 = none yet. May end in a half. */
  arrivalMid = 0
  /** Mid at the last fill. */
  lastFillMid = 0
  /** The order that `resume` names has been taken over. */
  hasAdopted = false
  startedNs = 0
  endedNs = 0
  /** Elapsed before this process began, from the note of an earlier one. */
  elapsedBeforeMs = 0

  restore(saved: SavedTask): void {
    this.ordersCount = saved.orders
    this.rejectsCount = saved.rejects
    this.repricesCount = saved.reprices
    this.arrivalMid = noteNumber(saved, 'arrival_mid')
    this.lastFillMid = noteNumber(saved, 'last_fill_mid')
    this.hasAdopted = saved.note?.['has_adopted'] === true
    this.elapsedBeforeMs = noteNumber(saved, 'elapsed_ms')
  }

  note(nowNs: MonoNs): string {
    return JSON.stringify({
      arrival_mid: this.arrivalMid,
      last_fill_mid: this.lastFillMid,
      has_adopted: this.hasAdopted,
      elapsed_ms: this.elapsedMs(nowNs),
    })
  }

  elapsedMs(nowNs: MonoNs): number {
    if (this.startedNs === 0) return this.elapsedBeforeMs
    const endNs = this.endedNs === 0 ? nowNs : this.endedNs
    return this.elapsedBeforeMs + Math.round((endNs - this.startedNs) / 1e6)
  }
}

export interface IcebergReportInput {
  readonly id: string
  readonly state: IcebergState
  readonly reason: string
  readonly parameters: IcebergParameters
  readonly units: IcebergUnits
  readonly instrument: Instrument
  readonly totals: FillTotals
  readonly progress: IcebergProgress
}

export function icebergReport(input: IcebergReportInput, nowNs: MonoNs): TaskReport {
  const { instrument, units, totals, progress } = input
  const { priceScale, qtyScale } = instrument
  const isCancelled = input.state === IcebergState.Cancelled
  const qtyUnits = totals.qtyUnits + units.resumeFilledQty
  const notionalUnits = totals.notionalUnits + units.resumeNotionalUnits
  const average = averagePrice({ qtyUnits, notionalUnits }, priceScale)
  const arrival = priceFromUnits(progress.arrivalMid, priceScale)
  const restText = unitsText(units.totalQty - qtyUnits, qtyScale)
  return {
    id: input.id,
    type: 'iceberg',
    state: ICEBERG_STATE_NAMES[input.state],
    reason: input.reason,
    venue: instrument.market,
    account: input.parameters.account,
    symbol: instrument.symbol,
    side: input.parameters.side,
    total: unitsText(units.totalQty, qtyScale),
    filled: unitsText(qtyUnits, qtyScale),
    residual: isCancelled ? '0' : restText,
    cancelled: isCancelled ? restText : '0',
    unroutable: unroutableText(input.parameters.totalQuantity, units, instrument),
    average_price: priceText(average),
    arrival_price: arrival === null ? '' : arrival.toFixed(),
    slippage_bps: bpsText(units.side, average, arrival),
    market_impact_bps: bpsText(
      units.side,
      priceFromUnits(progress.lastFillMid, priceScale),
      arrival,
    ),
    fees: feesText(totals),
    orders: progress.ordersCount,
    fills: totals.count,
    rejects: progress.rejectsCount,
    reprices: progress.repricesCount,
    elapsed_ms: progress.elapsedMs(nowNs),
  }
}

function noteNumber(saved: SavedTask, key: string): number {
  const value = saved.note?.[key]
  return typeof value === 'number' ? value : 0
}

/** H9: the part of a total that no whole lot carries, as decimal text. */
function unroutableText(total: string, units: IcebergUnits, instrument: Instrument): string {
  return new D(total).sub(new D(units.totalQty).div(D.pow(10, instrument.qtyScale))).toFixed()
}
