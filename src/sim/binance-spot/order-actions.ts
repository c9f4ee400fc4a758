// What every way of trading is made of: placing one order that has been read, cancelling one.
import type { SimInstrument, SimOrder, SimOrderRef, SimRefusal } from '#sim/exchange-types.ts'
import type { Call, VenueState } from './method.ts'
import type { PlaceRequest } from './order-request.ts'
import { ackShape, cancelShape, fullShape, resultShape } from './order-shapes.ts'
import type { Parameters } from './parameters.ts'
import { VenueError, missingParameter, placeRefusal, unknownOrderSent } from './venue-error.ts'

/** The answer in the shape the request asks for. @throws VenueError with the engine's refusal. */
export function placeOrder(state: VenueState, call: Call, place: PlaceRequest): object {
  const { instrument, request, responseType } = place
  state.running.fills.length = 0
  const placed = state.exchange.place(request, call.nowUs)
  if (isRefusal(placed)) throw placeRefusal(placed)
  state.running.orderId = placed.orderId
  if (responseType === 'ACK') return ackShape(placed, instrument, call.stamp)
  if (responseType === 'RESULT') return resultShape(placed, instrument, call.stamp)
  const fills = state.running.fills.filter((fill) => fill.orderId === placed.orderId)
  return fullShape(placed, fills, instrument, call.stamp)
}

export interface CancelRequest {
  readonly instrument: SimInstrument
  readonly ref: SimOrderRef
  /** Client id of the cancel itself. */
  readonly cancelId: string
}

/** @throws VenueError -2011 when the order is not open, or not as `cancelRestrictions` wants it. */
export function cancelOrder(state: VenueState, call: Call, cancel: CancelRequest): object {
  const { instrument, ref, cancelId } = cancel
  requireRestrictions(state, call, instrument, ref)
  state.running.cancelId = cancelId
  const cancelled = state.exchange.cancel(call.account, instrument.symbol, ref, call.nowUs)
  state.running.cancelId = ''
  if (isRefusal(cancelled)) throw unknownOrderSent()
  state.running.orderId = cancelled.orderId
  return cancelShape(cancelled, cancelId, instrument, call.stamp)
}

/** An order by the venue's id, else by the client's, under the names the endpoint gives them. */
export function readOrderRef(
  params: Parameters,
  idName = 'orderId',
  clientIdName = 'origClientOrderId',
): SimOrderRef {
  if (params.has(idName)) return { orderId: params.integer(idName) }
  if (params.has(clientIdName)) return { clientOrderId: params.text(clientIdName) }
  throw missingParameter(idName)
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

const isOpen = (order: SimOrder): boolean =>
  order.status === 'new' || order.status === 'partially_filled'

function isRefusal(result: SimOrder | SimRefusal): result is SimRefusal {
  return 'reason' in result
}
