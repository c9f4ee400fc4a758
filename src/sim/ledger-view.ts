// The admin ledger: everything the venue believes, as plain JSON with decimal texts.
import { assert } from '#core/assert.ts'
import { textFromUnits } from '#core/decimal.ts'
import { SIDE_NAMES } from '#core/units.ts'
import { ORDER_TYPE_NAMES, TIME_IN_FORCE_NAMES } from '#order/order-codes.ts'
import type { SimInstrument, SimOrder, SimOrderStatus, SimTrade } from './exchange-types.ts'
import type { Settlement } from './settlement.ts'

export interface LedgerView {
  readonly orders: readonly LedgerOrder[]
  readonly trades: readonly LedgerTrade[]
  /** account → asset */
  readonly balances: Readonly<Record<string, Readonly<Record<string, LedgerBalance>>>>
}

export interface LedgerBalance {
  readonly free: string
  readonly locked: string
}

export interface LedgerOrder {
  readonly orderId: number
  readonly account: string
  readonly symbol: string
  readonly clientOrderId: string
  readonly side: string
  readonly type: string
  readonly timeInForce: string
  readonly price: string
  readonly qty: string
  /** Cumulative quantity filled. */
  readonly filled: string
  /** Σ price × quantity of its fills. */
  readonly quote: string
  readonly status: SimOrderStatus
  readonly createdUs: number
  readonly updatedUs: number
}

export interface LedgerTrade {
  readonly tradeId: number
  readonly orderId: number
  readonly account: string
  readonly symbol: string
  readonly side: string
  readonly price: string
  readonly qty: string
  readonly fee: string
  readonly feeAsset: string
  readonly isMaker: boolean
  readonly timeUs: number
}

export function ledgerView(
  settlement: Settlement,
  instruments: readonly SimInstrument[],
): LedgerView {
  const bySymbol = new Map(instruments.map((instrument) => [instrument.symbol, instrument]))
  const find = (symbol: string): SimInstrument => {
    const instrument = bySymbol.get(symbol)
    assert(instrument !== undefined, 'a record names a listed symbol')
    return instrument
  }
  const { records, accounts } = settlement
  return {
    orders: [...records.all()].map((order) => orderRow(order, find(order.symbol))),
    trades: records.allTrades().map((trade) => tradeRow(trade, find(trade.symbol))),
    balances: Object.fromEntries(
      accounts
        .names()
        .map((account) => [
          account,
          Object.fromEntries(
            accounts.balances(account).map(({ asset, free, locked }) => [asset, { free, locked }]),
          ),
        ]),
    ),
  }
}

function orderRow(order: SimOrder, { priceScale, qtyScale }: SimInstrument): LedgerOrder {
  return {
    orderId: order.orderId,
    account: order.account,
    symbol: order.symbol,
    clientOrderId: order.clientOrderId,
    side: SIDE_NAMES[order.side],
    type: ORDER_TYPE_NAMES[order.type],
    timeInForce: TIME_IN_FORCE_NAMES[order.timeInForce],
    price: textFromUnits(order.priceUnits, priceScale),
    qty: textFromUnits(order.qtyUnits, qtyScale),
    filled: textFromUnits(order.filledUnits, qtyScale),
    quote: textFromUnits(order.quoteUnits, priceScale + qtyScale),
    status: order.status,
    createdUs: order.createdUs,
    updatedUs: order.updatedUs,
  }
}

function tradeRow(trade: SimTrade, { priceScale, qtyScale }: SimInstrument): LedgerTrade {
  return {
    tradeId: trade.tradeId,
    orderId: trade.orderId,
    account: trade.account,
    symbol: trade.symbol,
    side: SIDE_NAMES[trade.side],
    price: textFromUnits(trade.priceUnits, priceScale),
    qty: textFromUnits(trade.qtyUnits, qtyScale),
    fee: trade.fee,
    feeAsset: trade.feeAsset,
    isMaker: trade.isMaker,
    timeUs: trade.timeUs,
  }
}
