import { beforeEach, describe, expect, it } from 'vitest'
import { ED_KEY, FrontRig, HMAC_KEY, hmac, list } from './front-rig.ts'

const ORDER = '/api/v3/order'
const SELL = 'symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=GTC&quantity=0.1&price=43252.00'

let rig: FrontRig
beforeEach(() => {
  rig = new FrontRig()
})

describe('public endpoints', () => {
  it.each([
    ['/api/v3/ping', {}],
    ['/api/v3/time', { serverTime: 1_700_000_000_000 }],
    [
      '/api/v3/ticker/bookTicker?symbol=BTCUSDT',
      {
        symbol: 'BTCUSDT',
        bidPrice: '43250.00000000',
        bidQty: '0.50000000',
        askPrice: '43251.00000000',
        askQty: '0.30000000',
      },
    ],
    ['/api/v3/ticker/price?symbol=BTCUSDT', { symbol: 'BTCUSDT', price: '43250.50000000' }],
    ['/api/v3/trades?symbol=BTCUSDT', []],
    ['/api/v3/klines?symbol=BTCUSDT&interval=1m', []],
  ])('%s', (target, body) => {
    const reply = rig.request('GET', target)
    expect(reply.status).toBe(200)
    expect(reply.body).toEqual(body)
  })

  it('lists the symbol with its filters', () => {
    const { body } = rig.request('GET', '/api/v3/exchangeInfo?symbol=BTCUSDT')
    const [listed] = list(body['symbols'])
    expect(listed).toMatchObject({ symbol: 'BTCUSDT', status: 'TRADING', baseAsset: 'BTC' })
    expect(listed!['filters']).toContainEqual({
      filterType: 'LOT_SIZE',
      minQty: '0.00001000',
      maxQty: '9000.00000000',
      stepSize: '0.00001000',
    })
    expect(listed!['filters']).toContainEqual({
      filterType: 'PRICE_FILTER',
      minPrice: '0.01000000',
      maxPrice: '1000000.00000000',
      tickSize: '0.01000000',
    })
    const chosen = rig.request('GET', '/api/v3/exchangeInfo?symbols=["BTCUSDT"]')
    expect(list(chosen.body['symbols'])).toHaveLength(1)
  })

  it('gives the book with the id of its last change', () => {
    const { body } = rig.request('GET', '/api/v3/depth?symbol=BTCUSDT&limit=1')
    expect(body).toEqual({
      lastUpdateId: 4,
      bids: [['43250.00000000', '0.50000000']],
      asks: [['43251.00000000', '0.30000000']],
    })
  })
})

describe('orders', () => {
  it('rests, shows in the public book, and is cancelled under the cancel’s own name', () => {
    const placed = rig.signed('POST', ORDER, `${SELL}&newClientOrderId=mine`)
    expect(placed.status).toBe(200)
    expect(placed.body).toMatchObject({
      symbol: 'BTCUSDT',
      clientOrderId: 'mine',
      status: 'NEW',
      origQty: '0.10000000',
      executedQty: '0.00000000',
      fills: [],
    })
    const asks = rig.request('GET', '/api/v3/depth?symbol=BTCUSDT').body['asks']
    expect(asks).toContainEqual(['43252.00000000', '1.10000000'])

    const query = rig.signed('GET', ORDER, 'symbol=BTCUSDT&origClientOrderId=mine')
    expect(query.body).toMatchObject({ status: 'NEW', price: '43252.00000000', isWorking: true })
    expect(list(rig.signed('GET', '/api/v3/openOrders', 'symbol=BTCUSDT').body)).toHaveLength(1)

    const cancelled = rig.signed(
      'DELETE',
      ORDER,
      'symbol=BTCUSDT&origClientOrderId=mine&newClientOrderId=bye',
    )
    expect(cancelled.body).toMatchObject({
      origClientOrderId: 'mine',
      clientOrderId: 'bye',
      status: 'CANCELED',
    })
    expect(list(rig.signed('GET', '/api/v3/openOrders').body)).toHaveLength(0)
    expect(list(rig.signed('GET', '/api/v3/allOrders', 'symbol=BTCUSDT').body)).toHaveLength(1)
  })

  it('fills what crosses and lists the trades', () => {
    const placed = rig.signed(
      'POST',
      ORDER,
      'symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=IOC&quantity=0.6&price=43250.00',
    )
    expect(placed.body).toMatchObject({
      status: 'EXPIRED',
      expiryReason: 'UNFILLED_IOC_QUANTITY_EXPIRED',
      executedQty: '0.50000000',
      cummulativeQuoteQty: '21625.00000000',
      fills: [
        {
          price: '43250.00000000',
          qty: '0.50000000',
          commission: '21.62500000',
          commissionAsset: 'USDT',
          tradeId: 1,
        },
      ],
    })
    const trades = rig.signed('GET', '/api/v3/myTrades', 'symbol=BTCUSDT&fromId=1')
    expect(list(trades.body)[0]).toMatchObject({
      id: 1,
      qty: '0.50000000',
      quoteQty: '21625.00000000',
      isBuyer: false,
      isMaker: false,
    })
    expect(list(rig.signed('GET', '/api/v3/myTrades', 'symbol=BTCUSDT&fromId=2').body)).toEqual([])
    expect(list(rig.request('GET', '/api/v3/trades?symbol=BTCUSDT').body)[0]).toMatchObject({
      id: 1,
      isBuyerMaker: true,
    })
  })

  it.each([
    ['ACK', ['symbol', 'orderId', 'orderListId', 'clientOrderId', 'transactTime']],
    ['RESULT', ['symbol', 'status', 'executedQty', 'workingTime']],
    ['FULL', ['symbol', 'status', 'fills']],
  ])('answers a placement with the %s shape', (type, keys) => {
    const { body } = rig.signed('POST', ORDER, `${SELL}&newOrderRespType=${type}`)
    for (const key of keys) expect(body).toHaveProperty(key)
    expect('fills' in body).toBe(type === 'FULL')
    expect('status' in body).toBe(type !== 'ACK')
  })

  it('buys with a market order for a quote amount', () => {
    const { body } = rig.signed(
      'POST',
      ORDER,
      'symbol=BTCUSDT&side=BUY&type=MARKET&quoteOrderQty=4325.1',
    )
    expect(body).toMatchObject({ status: 'FILLED', executedQty: '0.10000000' })
  })

  it('only checks an order on the test endpoint', () => {
    expect(rig.signed('POST', '/api/v3/order/test', SELL).body).toEqual({})
    expect(list(rig.signed('GET', '/api/v3/openOrders').body)).toHaveLength(0)
  })

  it('cancels every order of a symbol', () => {
    rig.signed('POST', ORDER, SELL)
    rig.signed('POST', ORDER, SELL)
    const { body } = rig.signed('DELETE', '/api/v3/openOrders', 'symbol=BTCUSDT')
    expect(list(body)).toHaveLength(2)
    expect(rig.signed('DELETE', '/api/v3/openOrders', 'symbol=BTCUSDT').body['code']).toBe(-2011)
  })
})

describe('account', () => {
  it('shows balances, locked by open orders', () => {
    rig.signed('POST', ORDER, SELL)
    const { body } = rig.signed('GET', '/api/v3/account', 'omitZeroBalances=true')
    expect(body['balances']).toContainEqual({
      asset: 'BTC',
      free: '4.90000000',
      locked: '0.10000000',
    })
    expect(body).toMatchObject({ canTrade: true, makerCommission: 10 })
  })

  it('shows fees and order counts', () => {
    const fees = rig.signed('GET', '/api/v3/account/commission', 'symbol=BTCUSDT')
    expect(fees.body['standardCommission']).toMatchObject({ taker: '0.00100000' })
    rig.signed('POST', ORDER, SELL)
    const counts = list(rig.signed('GET', '/api/v3/rateLimit/order').body)
    expect(counts.map((row) => row['count'])).toEqual([1, 1])
  })
})

describe('refusals of an order', () => {
  const limit = 'symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=GTC'
  it.each<[string, string, number, string]>([
    ['no quantity', `${limit}&price=43252`, -1102, "Mandatory parameter 'quantity'"],
    [
      'no time in force',
      'symbol=BTCUSDT&side=SELL&type=LIMIT&quantity=1&price=1',
      -1102,
      'timeInForce',
    ],
    [
      'a post-only with time in force',
      'symbol=BTCUSDT&side=SELL&type=LIMIT_MAKER&timeInForce=GTC&quantity=1&price=43252',
      -1106,
      "Parameter 'timeInForce' sent when not required.",
    ],
    ['an exponent', `${limit}&quantity=1e-3&price=43252`, -1100, "parameter 'quantity'"],
    ['a negative price', `${limit}&quantity=1&price=-1`, -1100, "parameter 'price'"],
    ['a word for a price', `${limit}&quantity=1&price=cheap`, -1100, "parameter 'price'"],
    ['too much precision', `${limit}&quantity=0.000000001&price=43252`, -1111, 'quantity'],
    ['off the tick', `${limit}&quantity=1&price=43252.001`, -1013, 'PRICE_FILTER'],
    ['a zero price', `${limit}&quantity=1&price=0`, -1013, 'PRICE_FILTER'],
    ['off the lot', `${limit}&quantity=0.000001&price=43252`, -1013, 'LOT_SIZE'],
    ['a zero quantity', `${limit}&quantity=0&price=43252`, -1013, 'LOT_SIZE'],
    ['an absurd quantity', `${limit}&quantity=99999999999999999999&price=43252`, -1013, 'LOT_SIZE'],
    ['too small a notional', `${limit}&quantity=0.0001&price=43252`, -1013, 'NOTIONAL'],
    ['a far price', `${limit}&quantity=1&price=900000`, -1013, 'PERCENT_PRICE_BY_SIDE'],
    ['no such symbol', limit.replace('BTCUSDT', 'NOPE'), -1121, 'Invalid symbol.'],
    ['a lower-case symbol', limit.replace('BTCUSDT', 'btcusdt'), -1100, "parameter 'symbol'"],
    ['no such side', limit.replace('SELL', 'HOLD'), -1117, 'Invalid side.'],
    ['no such type', limit.replace('LIMIT', 'STOP_LOSS'), -1116, 'Invalid orderType.'],
    ['a bad client id', `${SELL}&newClientOrderId=a%20b`, -1100, 'newClientOrderId'],
    ['a superfluous parameter', `${SELL}&reduceOnly=true`, -1104, "read '8' parameter(s)"],
    ['a stop price', `${SELL}&stopPrice=1`, -1106, 'stopPrice'],
    ['an iceberg', `${SELL}&icebergQty=0.01`, -2010, 'Iceberg'],
    ['too little balance', `${limit}&quantity=6&price=43252`, -2010, 'insufficient balance'],
    [
      'a post-only that would take',
      'symbol=BTCUSDT&side=SELL&type=LIMIT_MAKER&quantity=1&price=43250',
      -2010,
      'Order would immediately match and take.',
    ],
  ])('%s', (_name, query, code, text) => {
    const reply = rig.signed('POST', ORDER, query)
    expect(reply.status).toBe(400)
    expect(reply.body['code']).toBe(code)
    expect(reply.body['msg']).toContain(text)
    expect(list(rig.signed('GET', '/api/v3/openOrders').body)).toHaveLength(0)
  })

  it('a client id that is still open', () => {
    rig.signed('POST', ORDER, `${SELL}&newClientOrderId=twice`)
    const again = rig.signed('POST', ORDER, `${SELL}&newClientOrderId=twice`)
    expect(again.body).toMatchObject({ code: -2010, msg: 'Duplicate order sent.' })
  })

  it.each([
    ['DELETE', 'symbol=BTCUSDT&orderId=99', -2011],
    ['GET', 'symbol=BTCUSDT&orderId=99', -2013],
    ['GET', 'symbol=BTCUSDT', -1102],
    ['DELETE', 'symbol=BTCUSDT&orderId=nine', -1100],
  ])('%s %s → %d', (method, query, code) => {
    expect(rig.signed(method, ORDER, query).body['code']).toBe(code)
  })

  it('a cancel that its restriction forbids leaves the order open', () => {
    rig.signed('POST', ORDER, `${SELL}&newClientOrderId=mine`)
    const refused = rig.signed(
      'DELETE',
      ORDER,
      'symbol=BTCUSDT&origClientOrderId=mine&cancelRestrictions=ONLY_PARTIALLY_FILLED',
    )
    expect(refused.body['msg']).toBe('Order was not canceled due to cancel restrictions.')
    expect(list(rig.signed('GET', '/api/v3/openOrders').body)).toHaveLength(1)
  })

  it('a halted symbol, until it trades again', () => {
    rig.front.command({ name: 'halt', symbol: 'BTCUSDT', halted: true }, rig.nowUs)
    expect(rig.signed('POST', ORDER, SELL).body['msg']).toBe('Market is closed.')
    const listed = rig.request('GET', '/api/v3/exchangeInfo').body['symbols']
    expect(list(listed)[0]).toMatchObject({ status: 'HALT' })
    rig.front.command({ name: 'halt', symbol: 'BTC/USDT', halted: false }, rig.nowUs)
    expect(rig.signed('POST', ORDER, SELL).status).toBe(200)
  })
})

describe('authentication', () => {
  const now = Math.floor(1_700_000_000_000)
  const signedQuery = (query: string): string => `${ORDER}?${query}&signature=${hmac(query)}`

  it.each<[string, string, string | undefined, number, number]>([
    ['no key', signedQuery(`symbol=BTCUSDT&timestamp=${now}`), undefined, 401, -2014],
    ['a malformed key', signedQuery(`symbol=BTCUSDT&timestamp=${now}`), 'short', 401, -2014],
    ['an unknown key', signedQuery(`timestamp=${now}`), 'x'.repeat(64), 401, -2015],
    ['no timestamp', signedQuery('symbol=BTCUSDT'), HMAC_KEY, 400, -1102],
    ['no signature', `${ORDER}?timestamp=${now}`, HMAC_KEY, 400, -1102],
    ['a wrong signature', `${ORDER}?timestamp=${now}&signature=00`, HMAC_KEY, 400, -1022],
    ['another key’s signature', signedQuery(`timestamp=${now}`), ED_KEY, 400, -1022],
    ['a late timestamp', signedQuery(`timestamp=${now - 5_001}`), HMAC_KEY, 400, -1021],
    ['an early timestamp', signedQuery(`timestamp=${now + 1_000}`), HMAC_KEY, 400, -1021],
    ['a window too wide', signedQuery(`recvWindow=60001&timestamp=${now}`), HMAC_KEY, 400, -1131],
  ])('refuses %s', (_name, target, key, status, code) => {
    const reply = rig.request('GET', target, key === undefined ? {} : { key })
    expect(reply.status).toBe(status)
    expect(reply.body['code']).toBe(code)
  })

  it.each([
    ['just inside the window', now - 5_000],
    ['just not ahead', now + 999],
    ['in microseconds', now * 1_000 - 2],
  ])('accepts a timestamp %s', (_name, timestamp) => {
    const target = signedQuery(`symbol=BTCUSDT&orderId=1&timestamp=${timestamp}`)
    expect(rig.request('GET', target, { key: HMAC_KEY }).body['code']).toBe(-2013)
  })

  it('signs the query followed by the body, without anything between', () => {
    const query = 'symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=GTC'
    const body = `quantity=0.1&price=43252&timestamp=${now}`
    const signature = hmac(query + body)
    const reply = rig.request('POST', `${ORDER}?${query}`, {
      key: HMAC_KEY,
      body: `${body}&signature=${signature}`,
    })
    expect(reply.status).toBe(200)
  })

  it('signs what is percent-encoded as it was sent', () => {
    const query = `symbol=%EF%BC%91%EF%BC%92&orderId=1&timestamp=${now}`
    const reply = rig.request('GET', signedQuery(query), { key: HMAC_KEY })
    expect(reply.body['code']).toBe(-1121)
  })

  it('follows the venue’s own clock', () => {
    rig.front.command({ name: 'clock_offset', ms: 7_000 }, rig.nowUs)
    expect(rig.request('GET', '/api/v3/time').body).toEqual({ serverTime: now + 7_000 })
    expect(rig.signed('GET', '/api/v3/openOrders').body['code']).toBe(-1021)
  })
})

describe('limits', () => {
  it('counts weight in the header and refuses with Retry-After until the minute is over', () => {
    const first = rig.request('GET', '/api/v3/depth?symbol=BTCUSDT&limit=5000')
    expect(first.headers.get('X-MBX-USED-WEIGHT-1M')).toBe('250')
    for (let spent = 250; spent < 6_000; spent += 250) {
      rig.request('GET', '/api/v3/depth?symbol=BTCUSDT&limit=5000')
    }
    const refused = rig.request('GET', '/api/v3/ping')
    expect(refused.status).toBe(429)
    expect(refused.body['code']).toBe(-1003)
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0)
    rig.advanceMs(60_000)
    expect(rig.request('GET', '/api/v3/ping').status).toBe(200)
  })

  it('counts orders, refunds a first fill, and costs no weight for a success', () => {
    const placed = rig.signed('POST', ORDER, SELL)
    expect(placed.headers.get('X-MBX-ORDER-COUNT-10S')).toBe('1')
    expect(placed.headers.get('X-MBX-USED-WEIGHT-1M')).toBe('0')
    const taking = SELL.replace('43252.00', '43250.00')
    expect(rig.signed('POST', ORDER, taking).headers.get('X-MBX-ORDER-COUNT-10S')).toBe('1')
    for (let sent = 1; sent < 100; sent++) rig.signed('POST', ORDER, `${SELL}&recvWindow=${sent}`)
    const refused = rig.signed('POST', ORDER, SELL)
    expect(refused.status).toBe(429)
    expect(refused.body['code']).toBe(-1015)
  })
})

describe('malformed requests', () => {
  it.each([
    ['GET', '/nowhere', 404],
    ['PUT', '/api/v3/ping', 405],
    ['GET', '/api/v3/depth?symbol=%', 400],
    ['GET', '/api/v3/depth?symbol=BTCUSDT&symbol=BTCUSDT', 400],
    ['GET', '/api/v3/depth?symbol=BTCUSDT&limit=0', 400],
    ['GET', '/api/v3/exchangeInfo?symbols=[', 400],
    ['GET', '/api/v3/klines?symbol=BTCUSDT&interval=7m', 400],
    ['GET', '/api/v3/depth?=&&==', 400],
  ])('%s %s → %d', (method, target, status) => {
    expect(rig.request(method, target).status).toBe(status)
  })

  it('answers 503 to everything in a maintenance', () => {
    rig.front.command({ name: 'maintenance', on: true }, rig.nowUs)
    expect(rig.request('GET', '/api/v3/ping').status).toBe(503)
  })
})

describe('latency', () => {
  it('lets a request arrive late on venue time', () => {
    rig.front.command({ name: 'latency', ms: 30 }, rig.nowUs)
    const pending = rig.send('GET', '/api/v3/time')
    rig.advanceMs(29)
    expect(pending.reply).toBeUndefined()
    rig.advanceMs(1)
    expect(pending.reply?.body).toEqual({ serverTime: 1_700_000_000_030 })
  })
})
