import { beforeEach, describe, expect, it } from 'vitest'
import { Side } from '#core/units.ts'
import { ED_KEY, FrontRig, START_US, list, number, signedParams, text } from './front-rig.ts'
import type { Json, RecordingConnection } from './front-rig.ts'

const SELL = {
  symbol: 'BTCUSDT',
  side: 'SELL',
  type: 'LIMIT',
  timeInForce: 'GTC',
  quantity: '0.1',
  price: '43252.00',
}
const NOW_MS = START_US / 1_000

let rig: FrontRig
let api: RecordingConnection
beforeEach(() => {
  rig = new FrontRig()
  api = rig.connect('/ws-api/v3')
})

function ask(method: string, params: object = {}, id: unknown = 1): Json {
  rig.tell(api, { id, method, params })
  const [answer] = api.take()
  if (answer === undefined) throw new Error(`${method} was not answered`)
  return answer
}

type Params = Readonly<Record<string, string | number>>

const signed = (params: Params): object => signedParams('hmac', rig.nowUs, params)

/** Sends as the HMAC account; everything that came back, in order. */
function send(method: string, params: Params): Json[] {
  rig.tell(api, { id: 1, method, params: signed(params) })
  return api.take()
}

const reports = (messages: readonly Json[]): Json[] =>
  messages.flatMap((message) =>
    text(message['event']?.['e']) === 'executionReport' ? [message['event']!] : [],
  )

const logon = (): Json => ask('session.logon', signedParams('ed25519', rig.nowUs))

describe('envelopes', () => {
  it('carry id, status, result and rate limits', () => {
    expect(ask('time', {}, 'abc-1')).toEqual({
      id: 'abc-1',
      status: 200,
      result: { serverTime: NOW_MS },
      rateLimits: [
        {
          rateLimitType: 'REQUEST_WEIGHT',
          interval: 'MINUTE',
          intervalNum: 1,
          limit: 6000,
          count: 1,
        },
      ],
    })
  })

  it('leave rate limits out when asked, by connection or by request', () => {
    expect(ask('ping', { returnRateLimits: false })).toEqual({ id: 1, status: 200, result: {} })
    api = rig.connect('/ws-api/v3?returnRateLimits=false')
    expect(ask('ping')).toEqual({ id: 1, status: 200, result: {} })
  })

  it.each([
    ['{', -1135],
    ['[]', -1135],
    ['{"id":1}', -1135],
    ['{"id":{},"method":"ping"}', -1135],
    ['{"id":1,"method":"ping","params":[]}', -1135],
    ['{"id":1,"method":"order.dance"}', -1020],
    ['{"id":1,"method":"depth","params":{"symbol":null}}', -1102],
    ['{"id":1,"method":"depth","params":{"symbol":"NOPE"}}', -1121],
    ['{"id":1,"method":"depth","params":{"symbol":"BTCUSDT","limit":-5}}', -1100],
    ['{"id":1,"method":"order.status","params":{"symbol":"BTCUSDT","orderId":1}}', -1102],
  ])('refuse %s with %d', (text, code) => {
    rig.tell(api, text)
    const [answer] = api.take()
    expect(answer!['error']!['code']).toBe(code)
    expect(answer!['status']).toBe(400)
  })

  it('carry the time to try again when the weight is used up', () => {
    for (let spent = 0; spent < 6_000; spent += 250)
      ask('depth', { symbol: 'BTCUSDT', limit: 5000 })
    const refused = ask('ping')
    expect(refused['status']).toBe(429)
    expect(number(refused['error']!['data']!['retryAfter'])).toBeGreaterThan(NOW_MS)
  })
})

describe('sessions', () => {
  it('log on with Ed25519, then need neither key nor signature', () => {
    expect(ask('order.place', { ...SELL, timestamp: NOW_MS })['error']!['code']).toBe(-1102)
    expect(logon()['result']).toMatchObject({
      apiKey: ED_KEY,
      authorizedSince: NOW_MS,
      serverTime: NOW_MS,
    })
    expect(ask('order.place', { ...SELL, timestamp: NOW_MS })['status']).toBe(200)
    expect(ask('order.place', SELL)['error']!['code']).toBe(-1102)
    expect(ask('session.status')['result']!['apiKey']).toBe(ED_KEY)
    expect(ask('session.logout')['result']!['apiKey']).toBeNull()
    expect(ask('order.place', { ...SELL, timestamp: NOW_MS })['error']!['code']).toBe(-1102)
  })

  it('refuse an HMAC key and a forged signature', () => {
    expect(ask('session.logon', signedParams('hmac', rig.nowUs))['error']!['code']).toBe(-4056)
    const forged = { ...signedParams('ed25519', rig.nowUs), timestamp: NOW_MS - 1 }
    expect(ask('session.logon', forged)['error']!['code']).toBe(-1022)
    expect(ask('session.status')['result']!['apiKey']).toBeNull()
  })

  it('give the user stream once, and end it when asked', () => {
    expect(ask('userDataStream.subscribe')['error']!['code']).toBe(-1102)
    logon()
    expect(ask('userDataStream.subscribe')['result']).toEqual({ subscriptionId: 0 })
    expect(ask('userDataStream.subscribe')['status']).toBe(400)
    expect(ask('session.subscriptions')['result']).toEqual([{ subscriptionId: 0 }])
    rig.tell(api, { id: 9, method: 'userDataStream.unsubscribe' })
    expect(api.take()).toMatchObject([
      { subscriptionId: 0, event: { e: 'eventStreamTerminated', E: NOW_MS } },
      { id: 9, status: 200 },
    ])
  })
})

describe('orders', () => {
  it('place, query, list and cancel with signed requests', () => {
    const placed = ask('order.place', signed({ ...SELL, newClientOrderId: 'mine' }))
    expect(placed['result']).toMatchObject({ clientOrderId: 'mine', status: 'NEW', fills: [] })
    expect(list(placed['rateLimits']).map((row) => row['rateLimitType'])).toEqual([
      'ORDERS',
      'ORDERS',
      'REQUEST_WEIGHT',
    ])
    const ref = { symbol: 'BTCUSDT', origClientOrderId: 'mine' }
    expect(ask('order.status', signed(ref))['result']).toMatchObject({ status: 'NEW' })
    expect(list(ask('openOrders.status', signed({}))['result'])).toHaveLength(1)
    expect(ask('order.cancel', signed(ref))['result']).toMatchObject({
      status: 'CANCELED',
      origClientOrderId: 'mine',
    })
    expect(ask('order.cancel', signed(ref))['error']).toMatchObject({ code: -2011 })
    expect(list(ask('allOrders', signed({ symbol: 'BTCUSDT' }))['result'])).toHaveLength(1)
    expect(ask('myTrades', signed({ symbol: 'BTCUSDT' }))['result']).toEqual([])
    expect(ask('account.status', signed({}))['result']).toMatchObject({ canTrade: true })
    expect(ask('order.test', signed(SELL))['result']).toEqual({})
    ask('order.place', signed(SELL))
    expect(list(ask('openOrders.cancelAll', signed({ symbol: 'BTCUSDT' }))['result'])).toHaveLength(
      1,
    )
  })

  it('sign values as they stand in the JSON, not encoded', () => {
    const params = signed({ ...SELL, symbol: '１２３４５６' })
    expect(ask('order.place', params)['error']!['code']).toBe(-1121)
  })
})

describe('private events', () => {
  beforeEach(() => {
    ask('userDataStream.subscribe.signature', signedParams('hmac', rig.nowUs))
  })

  it('follow the answer, with every key of the report', () => {
    const [answer, ...events] = send('order.place', { ...SELL, newClientOrderId: 'mine' })
    expect(answer!['status']).toBe(200)
    expect(events.every((event) => number(event['subscriptionId']) === 0)).toBe(true)
    expect(reports(events)[0]).toEqual({
      e: 'executionReport',
      E: NOW_MS,
      s: 'BTCUSDT',
      c: 'mine',
      S: 'SELL',
      o: 'LIMIT',
      f: 'GTC',
      q: '0.10000000',
      p: '43252.00000000',
      P: '0.00000000',
      F: '0.00000000',
      g: -1,
      C: '',
      x: 'NEW',
      X: 'NEW',
      r: 'NONE',
      i: 1,
      l: '0.00000000',
      z: '0.00000000',
      L: '0.00000000',
      n: '0',
      N: null,
      T: NOW_MS,
      t: -1,
      I: 1,
      w: true,
      m: false,
      M: false,
      O: NOW_MS,
      Z: '0.00000000',
      Y: '0.00000000',
      Q: '0.00000000',
      W: NOW_MS,
      V: 'EXPIRE_MAKER',
    })
    expect(events.map((event) => event['event']!['e'])).toContain('outboundAccountPosition')
  })

  it('name the cancel in c and the order in C', () => {
    send('order.place', { ...SELL, newClientOrderId: 'mine' })
    const messages = send('order.cancel', {
      symbol: 'BTCUSDT',
      origClientOrderId: 'mine',
      newClientOrderId: 'bye',
    })
    expect(reports(messages)).toMatchObject([{ x: 'CANCELED', X: 'CANCELED', c: 'bye', C: 'mine' }])
  })

  it('tell each fill of a taker with its fee, then why the rest expired', () => {
    const messages = send('order.place', {
      ...SELL,
      price: '43250.00',
      timeInForce: 'IOC',
      quantity: '0.6',
    })
    expect(reports(messages)).toMatchObject([
      { x: 'NEW', X: 'NEW', z: '0.00000000' },
      {
        x: 'TRADE',
        X: 'PARTIALLY_FILLED',
        l: '0.50000000',
        L: '43250.00000000',
        z: '0.50000000',
        Z: '21625.00000000',
        Y: '21625.00000000',
        n: '21.62500000',
        N: 'USDT',
        t: 1,
        m: false,
      },
      { x: 'EXPIRED', X: 'EXPIRED', z: '0.50000000', eR: 'UNFILLED_IOC_QUANTITY_EXPIRED' },
    ])
  })

  it('tell a maker’s fill when the market comes to it', () => {
    send('order.place', { ...SELL, price: '43250.50' })
    rig.market.at(START_US + 5_000, (desk) =>
      desk.take(Side.Buy, 4_325_050, 4_000, START_US + 5_000),
    )
    rig.advanceMs(5)
    expect(reports(api.take())).toMatchObject([
      { x: 'TRADE', X: 'PARTIALLY_FILLED', l: '0.04000000', z: '0.04000000', m: true, w: true },
    ])
  })

  it('reach no other account', () => {
    const stranger = rig.connect('/ws-api/v3')
    rig.tell(stranger, {
      id: 1,
      method: 'userDataStream.subscribe.signature',
      params: signedParams('ed25519', rig.nowUs),
    })
    stranger.take()
    send('order.place', SELL)
    expect(stranger.take()).toEqual([])
  })

  it('end with the connection', () => {
    rig.front.closed(api)
    const other = rig.connect('/ws-api/v3')
    api.take()
    rig.tell(other, { id: 1, method: 'order.place', params: signedParams('hmac', rig.nowUs, SELL) })
    expect(api.take()).toEqual([])
  })
})
