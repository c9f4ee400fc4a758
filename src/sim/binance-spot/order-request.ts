// From the parameters of a new order to what the matching engine is asked, with every refusal the
// venue gives before it matches: missing and superfluous parameters, characters, filters.
import { Side } from '#core/units.ts'
import { OrderType, TimeInForce } from '#order/order-codes.ts'
import type { SimInstrument, SimOrderRequest } from '#sim/exchange-types.ts'
import {
  OPEN_ORDERS_MAX,
  STP_MODES,
  filteredPrice,
  filteredQty,
  requireNotional,
  requirePercentPrice,
} from './listings.ts'
import type { Call, VenueState } from './method.ts'
import type { Parameters } from './parameters.ts'
import { standardResponse } from './order-shapes.ts'
import { referencePrice } from './public-methods.ts'
import {
  CLIENT_ID_RANGE,
  VenueError,
  filterFailure,
  illegalCharacters,
  missingParameter,
  notRequired,
  orderRefused,
} from './venue-error.ts'
import { D } from '#core/decimal.ts'

export const PLACE_PARAMETERS =
  'symbol side type timeInForce quantity quoteOrderQty price newClientOrderId strategyId ' +
  'strategyType stopPrice trailingDelta icebergQty newOrderRespType selfTradePreventionMode'

export interface PlaceRequest {
  readonly instrument: SimInstrument
  readonly request: SimOrderRequest
  readonly responseType: string
}

const CLIENT_ID = /^[a-zA-Z0-9-_]{1,36}$/
const TYPES: Readonly<Record<string, OrderType>> = {
  LIMIT: OrderType.Limit,
  MARKET: OrderType.Market,
  LIMIT_MAKER: OrderType.LimitMaker,
}
const TIMES_IN_FORCE: Readonly<Record<string, TimeInForce>> = {
  GTC: TimeInForce.Gtc,
  IOC: TimeInForce.Ioc,
  FOK: TimeInForce.Fok,
}
const RESPONSE_TYPES = ['ACK', 'RESULT', 'FULL']
const QUOTE_WALK_LEVELS = 1_000

/** @throws VenueError with the first thing that is wrong. */
export function readPlaceRequest(state: VenueState, call: Call): PlaceRequest {
  const { params } = call
  const instrument = state.listings.find(params.text('symbol'))
  const side = readSide(params)
  const type = readType(params)
  const timeInForce = readTimeInForce(params, type)
  const price = readPrice(params, type, instrument)
  const reference = referencePrice(state, instrument)
  if (type !== OrderType.Market) requirePercentPrice(price, reference)
  const qty = readQty(state, params, type, instrument, side)
  requireNotional(type === OrderType.Market ? reference : price, qty, instrument)
  refuseUnsupported(params)
  const clientOrderId = readClientId(state, call, 'newClientOrderId')
  const responseType = readResponseType(params, type)
  if (state.listings.isHalted(instrument)) throw orderRefused('Market is closed.')
  const open = state.exchange.openOrders(call.account, instrument.symbol).length
  if (open >= OPEN_ORDERS_MAX) throw filterFailure('MAX_NUM_ORDERS')
  const request = {
    account: call.account,
    symbol: instrument.symbol,
    clientOrderId,
    side,
    type,
    timeInForce,
    priceUnits: price,
    qtyUnits: qty,
  }
  return { instrument, request, responseType }
}

/** The client's own id, or one the venue makes up. */
export function readClientId(state: VenueState, call: Call, name: string): string {
  const id = call.params.optional(name)
  if (id === undefined)
    return `v${call.nowUs.toString(36)}${(state.running.idsGiven++).toString(36)}`
  if (!CLIENT_ID.test(id)) throw illegalCharacters(name, CLIENT_ID_RANGE)
  return id
}

function readSide(params: Parameters): Side {
  const side = params.text('side')
  if (side === 'BUY') return Side.Buy
  if (side === 'SELL') return Side.Sell
  throw new VenueError(-1117, 'Invalid side.')
}

function readType(params: Parameters): OrderType {
  const type = TYPES[params.text('type')]
  if (type === undefined) throw new VenueError(-1116, 'Invalid orderType.')
  return type
}

function readTimeInForce(params: Parameters, type: OrderType): TimeInForce {
  if (type !== OrderType.Limit) {
    if (params.has('timeInForce')) throw notRequired('timeInForce')
    return type === OrderType.Market ? TimeInForce.Ioc : TimeInForce.Gtc
  }
  const time = TIMES_IN_FORCE[params.text('timeInForce')]
  if (time === undefined) throw new VenueError(-1115, 'Invalid timeInForce.')
  return time
}

function readPrice(params: Parameters, type: OrderType, instrument: SimInstrument): number {
  if (type !== OrderType.Market) return filteredPrice(params.decimal('price'), instrument)
  if (params.has('price')) throw notRequired('price')
  return 0
}

function readQty(
  state: VenueState,
  params: Parameters,
  type: OrderType,
  instrument: SimInstrument,
  side: Side,
): number {
  if (!params.has('quoteOrderQty')) return filteredQty(params.decimal('quantity'), instrument)
  if (type !== OrderType.Market) throw notRequired('quoteOrderQty')
  if (params.has('quantity')) throw notRequired('quantity')
  return qtyForQuote(state, params.decimal('quoteOrderQty'), instrument, side)
}

/** The largest lot multiple whose cost at the displayed prices stays within `quote`. */
function qtyForQuote(
  state: VenueState,
  quote: string,
  instrument: SimInstrument,
  side: Side,
): number {
  const book = state.exchange.depth(instrument.symbol, QUOTE_WALK_LEVELS)
  let left = new D(quote).mul(D.pow(10, instrument.priceScale + instrument.qtyScale))
  let qty = 0
  for (const [price, displayed] of side === Side.Buy ? book.asks : book.bids) {
    const affordable = Math.min(displayed, left.div(price).floor().toNumber())
    qty += affordable
    left = left.minus(new D(price).mul(affordable))
    if (affordable < displayed) break
  }
  const lots = qty - (qty % instrument.lotUnits)
  if (lots < instrument.minQtyUnits || lots === 0) throw filterFailure('LOT_SIZE')
  return lots
}

// What this venue does not simulate is refused aloud: an order that silently lost its stop price
// would be worse than none.
function refuseUnsupported(params: Parameters): void {
  for (const name of ['stopPrice', 'trailingDelta']) {
    if (params.has(name)) throw notRequired(name)
  }
  if (params.has('icebergQty')) {
    throw orderRefused('Iceberg orders are not supported for this symbol.')
  }
  const mode = params.optional('selfTradePreventionMode')
  if (mode !== undefined && !STP_MODES.some((one) => one === mode)) {
    throw orderRefused('This symbol does not allow the specified self-trade prevention mode.')
  }
}

function readResponseType(params: Parameters, type: OrderType): string {
  const chosen = params.optional('newOrderRespType') ?? standardResponse(type)
  if (!RESPONSE_TYPES.includes(chosen)) throw missingParameter('newOrderRespType')
  return chosen
}
