// The private stream's events, key by key as the venue documents them (user-data-stream.md,
// 2026-07): executionReport, outboundAccountPosition, eventStreamTerminated.
import type { SimBalance, SimInstrument, SimOrder, SimTrade } from '#sim/exchange-types.ts'
import {
  WIRE_SIDE,
  WIRE_STATUS,
  WIRE_TIME_IN_FORCE,
  WIRE_TYPE,
  ZERO,
  expiryReason,
  fixed8,
  fixed8Big,
  fixed8Text,
} from './wire-text.ts'
import type { Stamp } from './wire-text.ts'

export interface ExecutionFacts {
  /** Execution type `x`: NEW, TRADE, CANCELED, EXPIRED. */
  readonly execution: 'NEW' | 'TRADE' | 'CANCELED' | 'EXPIRED'
  readonly order: SimOrder
  readonly instrument: SimInstrument
  readonly executionId: number
  readonly timeUs: number
  /** On TRADE. */
  readonly trade?: SimTrade
  /** On CANCELED: the cancel's own client id. */
  readonly cancelId?: string
}

/** Builds the event once; the stamp depends on the listener's time unit. */
export function executionReport(facts: ExecutionFacts): (stamp: Stamp) => object {
  const { execution, order, instrument, executionId, timeUs, cancelId } = facts
  const { priceScale, qtyScale } = instrument
  const isCancel = cancelId !== undefined && cancelId !== ''
  const isNew = execution === 'NEW'
  const reason = execution === 'EXPIRED' ? expiryReason(order) : undefined
  const head = {
    s: instrument.venueSymbol,
    c: isCancel ? cancelId : order.clientOrderId,
    S: WIRE_SIDE[order.side],
    o: WIRE_TYPE[order.type],
    f: WIRE_TIME_IN_FORCE[order.timeInForce],
    q: fixed8(order.qtyUnits, qtyScale),
    p: fixed8(order.priceUnits, priceScale),
    P: ZERO,
    F: ZERO,
    g: -1,
    C: isCancel ? order.clientOrderId : '',
    x: execution,
    X: statusText(facts),
    r: 'NONE',
    i: order.orderId,
    ...lastTrade(facts),
    z: fixed8(isNew ? 0 : order.filledUnits, qtyScale),
  }
  const tail = {
    I: executionId,
    w: execution === 'NEW' || (execution === 'TRADE' && order.filledUnits < order.qtyUnits),
    m: facts.trade?.isMaker ?? false,
    M: false,
    Z: fixed8Big(isNew ? 0n : order.quoteUnits, priceScale + qtyScale),
    Y: quoteOfTrade(facts),
    Q: ZERO,
    V: 'EXPIRE_MAKER',
    ...(reason === undefined ? {} : { eR: reason }),
  }
  const { createdUs } = order
  return (stamp) => ({
    e: 'executionReport',
    E: stamp(timeUs),
    ...head,
    T: stamp(timeUs),
    O: stamp(createdUs),
    W: stamp(createdUs),
    ...tail,
  })
}

/** Absolute balances of the assets that changed. */
export function accountPosition(
  changed: readonly SimBalance[],
  timeUs: number,
): (stamp: Stamp) => object {
  const rows = changed.map((one) => ({
    a: one.asset,
    f: fixed8Text(one.free),
    l: fixed8Text(one.locked),
  }))
  return (stamp) => ({
    e: 'outboundAccountPosition',
    E: stamp(timeUs),
    u: stamp(timeUs),
    B: rows,
  })
}

export function streamTerminated(timeUs: number): (stamp: Stamp) => object {
  return (stamp) => ({ e: 'eventStreamTerminated', E: stamp(timeUs) })
}

function statusText({ execution, order }: ExecutionFacts): string {
  if (execution === 'NEW') return 'NEW'
  if (execution !== 'TRADE') return execution
  return order.filledUnits >= order.qtyUnits ? WIRE_STATUS.filled : WIRE_STATUS.partially_filled
}

function lastTrade({ trade, instrument }: ExecutionFacts): object {
  if (trade === undefined) return { l: ZERO, L: ZERO, n: '0', N: null, t: -1 }
  return {
    l: fixed8(trade.qtyUnits, instrument.qtyScale),
    L: fixed8(trade.priceUnits, instrument.priceScale),
    n: fixed8Text(trade.fee),
    N: trade.feeAsset,
    t: trade.tradeId,
  }
}

function quoteOfTrade({ trade, instrument }: ExecutionFacts): string {
  if (trade === undefined) return ZERO
  const quote = BigInt(trade.priceUnits) * BigInt(trade.qtyUnits)
  return fixed8Big(quote, instrument.priceScale + instrument.qtyScale)
}
