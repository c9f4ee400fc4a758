// The venue's refusals: code, text and HTTP status, spelt as Binance spells them
// (binance-spot-api-docs errors.md, read 2026-07-21).
//
// Parameter readers and methods throw one, the dispatcher turns it into an answer. This is the
// venue's side of the wire: nothing here may be shared with the adapter that reads it.
import { RejectReason } from '#order/order-codes.ts'
import type { SimRefusal } from '#sim/exchange-types.ts'

export class VenueError extends Error {
  override readonly name = 'VenueError'
  readonly status: number
  readonly code: number
  /** Epoch µs from which the client may try again; 0 when that has no meaning. */
  readonly retryAtUs: number
  /** What the answer says beside code and text. */
  readonly data: object | undefined

  constructor(code: number, text: string, status = 400, details: VenueErrorDetails = {}) {
    super(text)
    this.code = code
    this.status = status
    this.retryAtUs = details.retryAtUs ?? 0
    this.data = details.data
  }
}

export interface VenueErrorDetails {
  readonly retryAtUs?: number
  readonly data?: object
}

export const DECIMAL_RANGE = '^([0-9]{1,20})(\\.[0-9]{1,20})?$'
export const CLIENT_ID_RANGE = '^[a-zA-Z0-9-_]{1,36}$'

export const illegalCharacters = (name: string, range: string): VenueError =>
  new VenueError(
    -1100,
    `Illegal characters found in parameter '${name}'; legal range is '${range}'.`,
  )
export const missingParameter = (name: string): VenueError =>
  new VenueError(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`)
export const emptyParameter = (name: string): VenueError =>
  new VenueError(-1105, `Parameter '${name}' was empty.`)
export const notRequired = (name: string): VenueError =>
  new VenueError(-1106, `Parameter '${name}' sent when not required.`)
export const tooPrecise = (name: string): VenueError =>
  new VenueError(-1111, `Parameter '${name}' has too much precision.`)
export const invalidSymbol = (): VenueError => new VenueError(-1121, 'Invalid symbol.')
export const filterFailure = (filter: string): VenueError =>
  new VenueError(-1013, `Filter failure: ${filter}`)
export const orderRefused = (text: string): VenueError => new VenueError(-2010, text)
export const unknownOrderSent = (): VenueError => new VenueError(-2011, 'Unknown order sent.')
export const orderDoesNotExist = (): VenueError => new VenueError(-2013, 'Order does not exist.')
export const badSignature = (): VenueError =>
  new VenueError(-1022, 'Signature for this request is not valid.')
export const badKeyFormat = (): VenueError => new VenueError(-2014, 'API-key format invalid.', 401)
export const rejectedKey = (): VenueError =>
  new VenueError(-2015, 'Invalid API-key, IP, or permissions for action.', 401)

/** The matching engine's neutral refusal of a new order in the venue's words. */
export function placeRefusal(refusal: SimRefusal): VenueError {
  switch (refusal.reason) {
    case RejectReason.InsufficientBalance:
      return orderRefused('Account has insufficient balance for requested action.')
    case RejectReason.DuplicateClientId:
      return orderRefused('Duplicate order sent.')
    case RejectReason.PostOnlyWouldTake:
      return orderRefused('Order would immediately match and take.')
    case RejectReason.MarketClosed:
      return orderRefused('Market is closed.')
    case RejectReason.NoLiquidity:
      return orderRefused('Order book liquidity is less than LOT_SIZE filter minimum quantity.')
    case RejectReason.InvalidPrice:
      return filterFailure('PRICE_FILTER')
    case RejectReason.InvalidQty:
      return filterFailure('LOT_SIZE')
    case RejectReason.InvalidNotional:
      return filterFailure('NOTIONAL')
    default:
      return orderRefused(refusal.text)
  }
}
