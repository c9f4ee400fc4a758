import { describe, expect, it } from 'vitest'
import { REJECT_REASON_NAMES } from '#order/order-codes.ts'
import { Terminal } from '#order/venue-event.ts'
import { definiteReason, orderStatus, streamRejectReason } from '#venue/binance-spot/wire-codes.ts'

// status, code, message → the neutral reason; "unknown" means that only a query decides.
const TABLE = `
400 -1000 An unknown error occurred while processing the request.      unknown
400 -1001 Internal error; unable to process your request.              unknown
400 -1002 You are not authorized to execute this request.              auth
429 -1003 Too many requests.                                           rate_limited
418 -1003 Way too much request weight used; IP banned.                 rate_limited
400 -1006 An unexpected response was received from the message bus.    unknown
400 -1007 Timeout waiting for response from backend server.            unknown
400 -1008 Server is currently overloaded with other requests.          rate_limited
400 -1013 Filter failure: PRICE_FILTER                                 invalid_price
400 -1013 FILTER FAILURE: price_filter                                 invalid_price
400 -1013 Filter failure: PERCENT_PRICE_BY_SIDE                        invalid_price
400 -1013 Filter failure: LOT_SIZE                                     invalid_qty
400 -1013 Filter failure: MARKET_LOT_SIZE                              invalid_qty
400 -1013 Filter failure: ICEBERG_PARTS                                invalid_qty
400 -1013 Filter failure: NOTIONAL                                     invalid_notional
400 -1013 Filter failure: MIN_NOTIONAL                                 invalid_notional
400 -1013 Filter failure: MAX_NUM_ORDERS                               rate_limited
400 -1013 Filter failure: EXCHANGE_MAX_NUM_ORDERS                      rate_limited
400 -1013 Filter failure: MAX_POSITION                                 risk_limit
400 -1013 Market is closed.                                            market_closed
400 -1013 Something new.                                               other
400 -1015 Too many new orders.                                         rate_limited
400 -1021 Timestamp for this request is outside of the recvWindow.     clock_skew
400 -1022 Signature for this request is not valid.                     auth
400 -1034 Too many connections.                                        rate_limited
400 -1100 Illegal characters found in parameter 'newClientOrderId'; ok invalid_client_id
400 -1100 Illegal characters found in parameter 'price'; legal range   bad_request
400 -1102 Mandatory parameter 'price' was not sent.                    bad_request
400 -1106 Parameter 'timeInForce' sent when not required.              bad_request
400 -1111 Parameter 'quantity' has too much precision.                 invalid_qty
400 -1111 Parameter 'price' has too much precision.                    invalid_price
400 -1121 Invalid symbol.                                              bad_request
400 -1131 recvWindow must be less than 60000                           bad_request
400 -2010 Account has insufficient balance for requested action.       insufficient_balance
400 -2010 Duplicate order sent.                                        duplicate_client_id
400 -2010 Order would immediately match and take.                      post_only_would_take
400 -2010 This symbol is not permitted for this account.               auth
400 -2010 Market is closed.                                            market_closed
400 -2010 Order book liquidity is less than LOT_SIZE filter minimum.   no_liquidity
400 -2010 Something new.                                               other
400 -2011 Unknown order sent.                                          unknown_order
400 -2011 Order was not canceled due to cancel restrictions.           still_open
400 -2013 Order does not exist.                                        unknown_order
401 -2014 API-key format invalid.                                      auth
401 -2015 Invalid API-key, IP, or permissions for action.              auth
400 -2026 Order was archived.                                          unknown_order
400 -2039 Client order ID is not correct for this order ID.            unknown_order
400 -9999 A code of tomorrow.                                          unknown
500 -2010 Account has insufficient balance for requested action.       unknown
503 -1013 Filter failure: LOT_SIZE                                     unknown
0   0                                                                  unknown
`

describe('definiteReason', () => {
  const rows = TABLE.trim()
    .split('\n')
    .map((row) => /^(\d+) +(-?\d+) *(.*?) +(\w+)$/.exec(row)!)
  it.each(rows.map(([, status, code, message, reason]) => [status, code, message, reason]))(
    '%s %s %s is %s',
    (status, code, message, reason) => {
      const name = REJECT_REASON_NAMES[definiteReason(Number(status), Number(code), message!)]
      expect(name === 'none' ? 'unknown' : name).toBe(reason)
    },
  )
})

it('knows how an order stands by its status', () => {
  const names = Object.keys(Terminal)
  const said =
    'NEW PARTIALLY_FILLED PENDING_CANCEL FILLED CANCELED REJECTED EXPIRED EXPIRED_IN_MATCH'
  const read = `${said} SOMETHING`.split(' ').map((status) => {
    const known = orderStatus(status)
    return typeof known === 'number' ? names[known] : known
  })
  expect(read).toEqual([
    'open',
    'open',
    'open',
    'Filled',
    'Cancelled',
    'Rejected',
    'Expired',
    'Expired',
    undefined,
  ])
})

it('knows the reject reasons of the stream', () => {
  const reasons = ['INSUFFICIENT_BALANCES', 'WOULD_MATCH_IMMEDIATELY', 'OCO_BAD_PRICES']
  expect(reasons.map((words) => REJECT_REASON_NAMES[streamRejectReason(words)])).toEqual([
    'insufficient_balance',
    'post_only_would_take',
    'other',
  ])
})
