// Order entry and queries of a signed account: place, test, cancel, look up, list.
import { US_PER_MS } from '#core/units.ts'
import type { SimInstrument, SimOrder, SimOrderRef, SimRefusal } from '#sim/exchange-types.ts'
import { method } from './method.ts'
import type { Call, Method, VenueState } from './method.ts'
import { PLACE_PARAMETERS, readClientId, readPlaceRequest } from './order-request.ts'
import {
  ackShape,
  cancelShape,
  fullShape,
  queryShape,
  resultShape,
  tradeShape,
} from './order-shapes.ts'
import type { Parameters } from './parameters.ts'
import {
  VenueError,
  missingParameter,
  orderDoesNotExist,
  placeRefusal,
  unknownOrderSent,
} from './venue-error.ts'

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
  const { instrument, request, responseType } = readPlaceRequest(state, call)
  state.running.fills.length = 0
  const placed = state.exchange.place(request, call.nowUs)
  if (isRefusal(placed)) throw placeRefusal(placed)
  if (responseType === 'ACK') return ackShape(placed, instrument, call.stamp)
  if (responseType === 'RESULT') return resultShape(placed, instrument, call.stamp)
  const fills = state.running.fills.filter((fill) => fill.orderId === placed.orderId)
  return fullShape(placed, fills, instrument, call.stamp)
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
  const { params } = call
  const instrument = state.listings.find(params.text('symbol'))
  const ref = readRef(params)
  const cancelId = readClientId(state, call, 'newClientOrderId')
  requireRestrictions(state, call, instrument, ref)
  const cancelled = cancelOne(state, call, instrument, ref, cancelId)
  if (cancelled === undefined) throw unknownOrderSent()
  return cancelShape(cancelled, cancelId, instrument, call.stamp)
}

function cancelAll(state: VenueState, call: Call): object {
  const instrument = state.listings.find(call.params.text('symbol'))
  const open = [...state.exchange.openOrders(call.account, instrument.symbol)]
  if (open.length === 0) throw unknownOrderSent()
  const rows: object[] = []
  for (const { orderId } of open) {
    const cancelId = readClientId(state, call, 'newClientOrderId')
    const cancelled = cancelOne(state, call, instrument, { orderId }, cancelId)
    if (cancelled !== undefined) {
      rows.push(cancelShape(cancelled, cancelId, instrument, call.stamp))
    }
  }
  return rows
}

function cancelOne(
  state: VenueState,
  call: Call,
  instrument: SimInstrument,
  ref: SimOrderRef,
  cancelId: string,
): SimOrder | undefined {
  state.running.cancelId = cancelId
  const cancelled = state.exchange.cancel(call.account, instrument.symbol, ref, call.nowUs)
  state.running.cancelId = ''
  return isRefusal(cancelled) ? undefined : cancelled
}

function requireRestrictions(
  state: VenueState,
  call: Call,
  instrument: SimInstrument,
  ref: SimOrderRef,
): void {
  const restriction = call.params.optional('cancelRestrictions')
  if (restriction === undefined) return
  const order = state.exchange.order(call.account, instrument.symbol, ref)
  const wanted = restriction === 'ONLY_NEW' ? 'new' : 'partially_filled'
  if (order !== undefined && isOpen(order) && order.status !== wanted) {
    throw new VenueError(-2011, 'Order was not canceled due to cancel restrictions.')
  }
}

function orderStatus(state: VenueState, call: Call): object {
  const instrument = state.listings.find(call.params.text('symbol'))
  const order = state.exchange.order(call.account, instrument.symbol, readRef(call.params))
  if (order === undefined) throw orderDoesNotExist()
  return queryShape(order, instrument, call.stamp)
}

function openOrders(state: VenueState, call: Call): object {
  const symbol = call.params.optional('symbol')
  const instruments = symbol === undefined ? state.listings.all : [state.listings.find(symbol)]
  return instruments.flatMap((instrument) =>
    state.exchange
      .openOrders(call.account, instrument.symbol)
      .map((order) => queryShape(order, instrument, call.stamp)),
  )
}

function allOrders(state: VenueState, call: Call): object {
  const { params, stamp } = call
  const instrument = state.listings.find(params.text('symbol'))
  const window = readWindow(params, state.clock.offsetUs)
  const fromId = params.optionalInteger('orderId')
  const orders = state.exchange
    .orders(call.account, instrument.symbol)
    .filter((order) => fromId === undefined || order.orderId >= fromId)
    .filter((order) => order.createdUs >= window.fromUs && order.createdUs <= window.toUs)
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
  const trades = state.exchange
    .trades(call.account, instrument.symbol)
    .filter((trade) => fromId === undefined || trade.tradeId >= fromId)
    .filter((trade) => orderId === undefined || trade.orderId === orderId)
    .filter((trade) => trade.timeUs >= window.fromUs && trade.timeUs <= window.toUs)
  const isForward = fromId !== undefined || params.has('startTime')
  return page(trades, params.limit(500, 1_000), isForward).map((trade) =>
    tradeShape(trade, instrument, stamp),
  )
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

function readRef(params: Parameters): SimOrderRef {
  if (params.has('orderId')) return { orderId: params.integer('orderId') }
  if (params.has('origClientOrderId')) return { clientOrderId: params.text('origClientOrderId') }
  throw missingParameter('orderId')
}

const isOpen = (order: SimOrder): boolean =>
  order.status === 'new' || order.status === 'partially_filled'

function isRefusal(result: SimOrder | SimRefusal): result is SimRefusal {
  return 'reason' in result
}
