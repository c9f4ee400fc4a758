// Rebuilds a settlement from the lines an earlier life of the venue wrote.
import { EngineError } from '#core/engine-error.ts'
import type { SimInstrument } from './exchange-types.ts'
import type { Settlement } from './settlement.ts'
import { parseLedger, type LedgerLine, type ListingLine } from './venue-ledger.ts'

export interface RestoredIds {
  orders: number
  /** Symbols whose decimals are on record. */
  readonly listed: Set<string>
  /** Symbol → ids that may have been used. */
  readonly trades: Map<string, number>
  readonly updates: Map<string, number>
}

/**
 * Applies every line in order and tells nobody.
 * @throws EngineError `ledger_corrupt` when lines contradict each other or the venue's listings.
 */
export function replayLedger(
  lines: readonly string[],
  instruments: readonly SimInstrument[],
  settlement: Settlement,
): RestoredIds {
  const bySymbol = new Map(instruments.map((instrument) => [instrument.symbol, instrument]))
  const ids: RestoredIds = { orders: 0, listed: new Set(), trades: new Map(), updates: new Map() }
  for (const line of parseLedger(lines)) applyLine(line, bySymbol, settlement, ids)
  for (const account of settlement.accounts.names()) settlement.accounts.takeChanged(account)
  return ids
}

function applyLine(
  line: LedgerLine,
  instruments: ReadonlyMap<string, SimInstrument>,
  settlement: Settlement,
  ids: RestoredIds,
): void {
  if (line.kind === 'account') {
    settlement.applyAccount(line)
  } else if (line.kind === 'listing') {
    requireSameScales(line, instruments.get(line.symbol))
    ids.listed.add(line.symbol)
  } else if (line.kind === 'order') {
    if (!settlement.accounts.has(line.account)) throw corrupt(`account ${line.account} is unknown`)
    settlement.applyOrder(line, instrumentOf(line.symbol, instruments))
    ids.orders = Math.max(ids.orders, line.orderId)
  } else if (line.kind === 'trade') {
    for (const fill of line.fills) requireOrder(settlement, fill.orderId)
    settlement.applyTrade(line, instrumentOf(line.symbol, instruments))
  } else if (line.kind === 'done') {
    requireOrder(settlement, line.orderId)
    settlement.applyDone(line)
  } else {
    ids.trades.set(line.symbol, line.tradeIds)
    ids.updates.set(line.symbol, line.updateIds)
  }
}

/** Units of other decimals would be other amounts: nothing of the old life can be kept. */
function requireSameScales(line: ListingLine, instrument: SimInstrument | undefined): void {
  if (instrument === undefined) return
  const { priceScale, qtyScale } = instrument
  if (line.priceScale === priceScale && line.qtyScale === qtyScale) return
  throw corrupt(
    `${line.symbol} was kept with ${line.priceScale} and ${line.qtyScale} decimals ` +
      `and is now listed with ${priceScale} and ${qtyScale}`,
  )
}

function instrumentOf(
  symbol: string,
  instruments: ReadonlyMap<string, SimInstrument>,
): SimInstrument {
  const instrument = instruments.get(symbol)
  if (instrument === undefined) throw corrupt(`symbol ${symbol} is not listed`)
  return instrument
}

function requireOrder(settlement: Settlement, orderId: number): void {
  if (settlement.records.byId(orderId) === undefined) throw corrupt(`order ${orderId} is unknown`)
}

function corrupt(detail: string): EngineError {
  return new EngineError(
    'ledger_corrupt',
    `venue ledger: ${detail}; remove the venue's state to begin anew`,
    'fatal',
  )
}
