// Order entry and queries of a signed account: place, test, cancel, replace, look up, list.
import { US_PER_MS } from '#core/units.ts'
import { CANCEL_REPLACE_PARAMETERS, cancelReplace } from './cancel-replace.ts'
import { method } from './method.ts'
import type { Call, Method, VenueState } from './method.ts'
import { cancelOrder, placeOrder, readOrderRef } from './order-actions.ts'
import { PLACE_PARAMETERS, readClientId, readPlaceRequest } from './order-request.ts'
import { queryShape, tradeShape } from './order-shapes.ts'
import type { Parameters } from './parameters.ts'
import { VenueError, orderDoesNotExist, unknownOrderSent } from './venue-error.ts'

const DAY_MS = 86_400_000
const CANCEL_PARAMETERS = 'symbol orderId origClientOrderId newClientOrderId cancelRestrictions'
const signed = { isSigned: true } as const

export function orderMethods(state: VenueState): readonly Method[] {
  return [
    method({
      ...signed,
      rest: 'POST /api/v3/order',
      ws: 'order.place',
      kind: 'place',
      weight: 1,
      accepts: PLACE_PARAMETERS,
      run: (call) => place(state, call),
    }),
    method({
      ...signed,
      rest: 'POST /api/v3/order/test',
      ws: 'order.test',
      weight: (params) => (params.has('computeCommissionRates') ? 20 : 1),
      accepts: `${PLACE_PARAMETERS} computeCommissionRates`,
      run: (call) => testOrder(state, call),
    }),
    method({
      ...signed,
      rest: 'DELETE /api/v3/order',
      ws: 'order.cancel',
      kind: 'cancel',
      weight: 1,
      accepts: CANCEL_PARAMETERS,
      run: (call) => cancel(state, call),
    }),
    method({
      ...signed,
      rest: 'DELETE /api/v3/openOrders',
      ws: 'openOrders.cancelAll',
      kind: 'cancel',
      weight: 1,
      accepts: 'symbol',
      run: (call) => cancelAll(state, call),
    }),
    method({
      ...signed,
      rest: 'POST /api/v3/order/cancelReplace',
      ws: 'order.cancelReplace',
      kind: 'place',
      weight: 1,
      accepts: CANCEL_REPLACE_PARAMETERS,
      run: (call) => cancelReplace(state, call),
    }),
    ...queryMethods(state),
  ]
}

function queryMethods(state: VenueState): readonly Method[] {
  return [
    method({
      ...signed,
      rest: 'GET /api/v3/order',
      ws: 'order.status',
      weight: 4,
      accepts: 'symbol orderId origClientOrderId',
      run: (call) => orderStatus(state, call),
    }),
    method({
      ...signed,
      rest: 'GET /api/v3/openOrders',
      ws: 'openOrders.status',
      weight: (params) => (params.has('symbol') ? 6 : 80),
      accepts: 'symbol',
      run: (call) => openOrders(state, call),
    }),
    method({
      ...signed,
      rest: 'GET /api/v3/allOrders',
      ws: 'allOrders',
      weight: 20,
      accepts: 'symbol orderId startTime endTime limit',
      run: (call) => allOrders(state, call),
    }),
    method({
      ...signed,
      rest: 'GET /api/v3/myTrades',
      ws: 'myTrades',
      weight: (params) => (params.has('orderId') ? 5 : 20),
      accepts: 'symbol orderId startTime endTime fromId limit',
      run: (call) => myTrades(state, call),
    }),
  ]
}

function place(state: VenueState, call: Call): object {
  state.limits.spendOrder(call.account, call.nowUs)
  return placeOrder(state, call, readPlaceRequest(state, call))
}

function testOrder(state: VenueState, call: Call): object {
  readPlaceRequest(state, call)
  if (!call.params.boolean('computeCommissionRates', false)) return {}
  const rates = { maker: state.fees.maker, taker: state.fees.taker }
  return {
    standardCommissionForOrder: rates,
    specialCommissionForOrder: { maker: '0.00000000', taker: '0.00000000' },
    taxCommissionForOrder: { maker: '0.00000000', taker: '0.00000000' },
  }
}

function cancel(state: VenueState, call: Call): object {
  const instrument = state.listings.find(call.params.text('symbol'))
  const ref = readOrderRef(call.params)
  const cancelId = readClientId(state, call, 'newClientOrderId')
  return cancelOrder(state, call, { instrument, ref, cancelId })
}

function cancelAll(state: VenueState, call: Call): object {
  const instrument = state.listings.find(call.params.text('symbol'))
  const open = [...state.exchange.openOrders(call.account, instrument.symbol)]
  if (open.length === 0) throw unknownOrderSent()
  return open.map(({ orderId }) => {
    const cancelId = readClientId(state, call, 'newClientOrderId')
    return cancelOrder(state, call, { instrument, ref: { orderId }, cancelId })
  })
}

function orderStatus(state: VenueState, call: Call): object {
  const instrument = state.listings.find(call.params.text('symbol'))
  const order = state.exchange.order(call.account, instrument.symbol, readOrderRef(call.params))
  const behindUs = readLag(state)
  if (order === undefined || isTooNew(state, order.createdUs, call.nowUs - behindUs)) {
    throw orderDoesNotExist()
  }
  return queryShape(order, instrument, call.stamp)
}

function openOrders(state: VenueState, call: Call): object {
  const symbol = call.params.optional('symbol')
  const instruments = symbol === undefined ? state.listings.all : [state.listings.find(symbol)]
  const fault = state.faults.decideRead('listing')
  const rows = instruments.flatMap((instrument) =>
    state.exchange
      .openOrders(call.account, instrument.symbol)
      .map((order) => queryShape(order, instrument, call.stamp)),
  )
  return state.faults.partOf(rows, fault)
}

function allOrders(state: VenueState, call: Call): object {
  const { params, stamp } = call
  const instrument = state.listings.find(params.text('symbol'))
  const window = readWindow(params, state.clock.offsetUs)
  const fromId = params.optionalInteger('orderId')
  const untilUs = call.nowUs - readLag(state)
  const orders = state.exchange
    .orders(call.account, instrument.symbol)
    .filter((order) => fromId === undefined || order.orderId >= fromId)
    .filter((order) => order.createdUs >= window.fromUs && order.createdUs <= window.toUs)
    .filter((order) => !isTooNew(state, order.createdUs, untilUs))
  const isForward = fromId !== undefined || params.has('startTime')
  return page(orders, params.limit(500, 1_000), isForward).map((order) =>
    queryShape(order, instrument, stamp),
  )
}

function myTrades(state: VenueState, call: Call): object {
  const { params, stamp } = call
  const instrument = state.listings.find(params.text('symbol'))
  const window = readWindow(params, state.clock.offsetUs)
  const fromId = params.optionalInteger('fromId')
  if (fromId !== undefined && (params.has('startTime') || params.has('endTime'))) {
    throw new VenueError(-1128, 'Combination of optional parameters invalid.')
  }
  const orderId = params.optionalInteger('orderId')
  const untilUs = call.nowUs - readLag(state)
  const trades = state.exchange
    .trades(call.account, instrument.symbol)
    .filter((trade) => fromId === undefined || trade.tradeId >= fromId)
    .filter((trade) => orderId === undefined || trade.orderId === orderId)
    .filter((trade) => trade.timeUs >= window.fromUs && trade.timeUs <= window.toUs)
    .filter((trade) => !isTooNew(state, trade.timeUs, untilUs))
  const isForward = fromId !== undefined || params.has('startTime')
  return page(trades, params.limit(500, 1_000), isForward).map((trade) =>
    tradeShape(trade, instrument, stamp),
  )
}

/** How far this read lags what was matched, µs: only the newest rows are missing then. */
function readLag(state: VenueState): number {
  const fault = state.faults.decideRead('listing')
  return fault.kind === 'behind' ? fault.behindUs : 0
}

function isTooNew(state: VenueState, atUs: number, untilUs: number): boolean {
  if (atUs <= untilUs) return false
  state.faults.count('listing behind')
  return true
}

// Without a starting point the venue gives the newest rows, with one the first after it.
function page<Row>(rows: readonly Row[], limit: number, isForward: boolean): readonly Row[] {
  return isForward ? rows.slice(0, limit) : rows.slice(-limit)
}

function readWindow(params: Parameters, offsetUs: number): { fromUs: number; toUs: number } {
  const start = params.optionalInteger('startTime')
  const end = params.optionalInteger('endTime')
  if (start !== undefined && end !== undefined && end - start > DAY_MS) {
    throw new VenueError(-1127, 'More than 24 hours between startTime and endTime.')
  }
  return {
    fromUs: start === undefined ? -Infinity : start * US_PER_MS - offsetUs,
    // A millisecond on the wire stands for all of its microseconds.
    toUs: end === undefined ? Infinity : (end + 1) * US_PER_MS - 1 - offsetUs,
  }
}
