// Orders and trades as JSON, in every shape the venue answers with.
import { Side } from '#core/units.ts'
import { OrderType } from '#order/order-codes.ts'
import type { SimInstrument, SimOrder, SimTrade } from '#sim/exchange-types.ts'
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

export function ackShape(order: SimOrder, instrument: SimInstrument, stamp: Stamp): object {
  return {
    symbol: instrument.venueSymbol,
    orderId: order.orderId,
    orderListId: -1,
    clientOrderId: order.clientOrderId,
    transactTime: stamp(order.updatedUs),
  }
}

export function resultShape(order: SimOrder, instrument: SimInstrument, stamp: Stamp): object {
  const reason = expiryReason(order)
  return {
    ...ackShape(order, instrument, stamp),
    ...stateOf(order, instrument),
    workingTime: stamp(order.createdUs),
    ...(reason === undefined ? {} : { expiryReason: reason }),
  }
}

export function fullShape(
  order: SimOrder,
  fills: readonly SimTrade[],
  instrument: SimInstrument,
  stamp: Stamp,
): object {
  return {
    ...resultShape(order, instrument, stamp),
    fills: fills.map((fill) => ({
      price: fixed8(fill.priceUnits, instrument.priceScale),
      qty: fixed8(fill.qtyUnits, instrument.qtyScale),
      commission: fixed8Text(fill.fee),
      commissionAsset: fill.feeAsset,
      tradeId: fill.tradeId,
    })),
  }
}

/** GET order, openOrders, allOrders. */
export function queryShape(order: SimOrder, instrument: SimInstrument, stamp: Stamp): object {
  return {
    symbol: instrument.venueSymbol,
    orderId: order.orderId,
    orderListId: -1,
    clientOrderId: order.clientOrderId,
    ...stateOf(order, instrument),
    stopPrice: ZERO,
    icebergQty: ZERO,
    time: stamp(order.createdUs),
    updateTime: stamp(order.updatedUs),
    isWorking: true,
    workingTime: stamp(order.createdUs),
  }
}

/** In a cancel's answer `clientOrderId` names the cancel and `origClientOrderId` the order. */
export function cancelShape(
  order: SimOrder,
  cancelId: string,
  instrument: SimInstrument,
  stamp: Stamp,
): object {
  return {
    symbol: instrument.venueSymbol,
    origClientOrderId: order.clientOrderId,
    orderId: order.orderId,
    orderListId: -1,
    clientOrderId: cancelId,
    transactTime: stamp(order.updatedUs),
    ...stateOf(order, instrument),
  }
}

/** A row of myTrades. */
export function tradeShape(trade: SimTrade, instrument: SimInstrument, stamp: Stamp): object {
  const quote = BigInt(trade.priceUnits) * BigInt(trade.qtyUnits)
  return {
    symbol: instrument.venueSymbol,
    id: trade.tradeId,
    orderId: trade.orderId,
    orderListId: -1,
    price: fixed8(trade.priceUnits, instrument.priceScale),
    qty: fixed8(trade.qtyUnits, instrument.qtyScale),
    quoteQty: fixed8Big(quote, instrument.priceScale + instrument.qtyScale),
    commission: fixed8Text(trade.fee),
    commissionAsset: trade.feeAsset,
    time: stamp(trade.timeUs),
    isBuyer: trade.side === Side.Buy,
    isMaker: trade.isMaker,
    isBestMatch: true,
  }
}

/** ACK for LIMIT_MAKER, FULL for LIMIT and MARKET unless the client chose. */
export const standardResponse = (type: OrderType): string =>
  type === OrderType.LimitMaker ? 'ACK' : 'FULL'

function stateOf(order: SimOrder, instrument: SimInstrument): object {
  return {
    price: fixed8(order.priceUnits, instrument.priceScale),
    origQty: fixed8(order.qtyUnits, instrument.qtyScale),
    executedQty: fixed8(order.filledUnits, instrument.qtyScale),
    origQuoteOrderQty: ZERO,
    cummulativeQuoteQty: fixed8Big(order.quoteUnits, instrument.priceScale + instrument.qtyScale),
    status: WIRE_STATUS[order.status],
    timeInForce: WIRE_TIME_IN_FORCE[order.timeInForce],
    type: WIRE_TYPE[order.type],
    side: WIRE_SIDE[order.side],
    selfTradePreventionMode: 'EXPIRE_MAKER',
  }
}
