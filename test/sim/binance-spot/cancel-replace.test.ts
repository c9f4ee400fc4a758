import { beforeEach, describe, expect, it } from 'vitest'
import { FrontRig, list, signedParams } from './front-rig.ts'
import type { Reply } from './front-rig.ts'

const ORDER = '/api/v3/order'
const SELL = 'symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=GTC&quantity=0.1&price=43252.00'
const NEXT = SELL.replace('43252.00', '43253.00')
const DEAR = NEXT.replace('quantity=0.1', 'quantity=8')

let rig: FrontRig
beforeEach(() => {
  rig = new FrontRig()
  rig.signed('POST', ORDER, `${SELL}&newClientOrderId=old`)
})

const replace = (query: string, mode = 'STOP_ON_FAILURE'): Reply =>
  rig.signed('POST', `${ORDER}/cancelReplace`, `${query}&cancelReplaceMode=${mode}`)

const openIds = (): readonly unknown[] =>
  list(rig.signed('GET', '/api/v3/openOrders').body).map((order) => order['clientOrderId'])

describe('cancel-replace', () => {
  it('does both, and names both', () => {
    const names = 'cancelOrigClientOrderId=old&cancelNewClientOrderId=bye&newClientOrderId=new'
    const { status, body } = replace(`${NEXT}&${names}`)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      cancelResult: 'SUCCESS',
      newOrderResult: 'SUCCESS',
      cancelResponse: { origClientOrderId: 'old', clientOrderId: 'bye', status: 'CANCELED' },
      newOrderResponse: { clientOrderId: 'new', status: 'NEW', price: '43253.00000000' },
    })
    expect(openIds()).toEqual(['new'])
  })

  it('tells the private stream of both', () => {
    const api = rig.connect('/ws-api/v3')
    const tell = (method: string, params: Readonly<Record<string, string | number>>) =>
      rig.tell(api, { id: 1, method, params: signedParams('hmac', rig.nowUs, params) })
    tell('userDataStream.subscribe.signature', {})
    api.take()
    tell('order.cancelReplace', {
      ...Object.fromEntries(new URLSearchParams(NEXT)),
      cancelReplaceMode: 'STOP_ON_FAILURE',
      cancelOrderId: 1,
      newClientOrderId: 'new',
    })
    const [answer, ...messages] = api.take()
    expect(answer).toMatchObject({ status: 200, result: { newOrderResult: 'SUCCESS' } })
    const reports = messages.map((message) => message['event']!)
    expect(reports.filter((event) => 'x' in event)).toMatchObject([
      { x: 'CANCELED', C: 'old' },
      { x: 'NEW', c: 'new' },
    ])
  })

  it.each([
    // mode, cancelled order, new order, status, code, cancel, new, still open
    ['STOP_ON_FAILURE', 'gone', NEXT, 400, -2022, 'FAILURE', 'NOT_ATTEMPTED', ['old']],
    ['ALLOW_FAILURE', 'gone', NEXT, 409, -2021, 'FAILURE', 'SUCCESS', ['old', 'new']],
    ['ALLOW_FAILURE', 'gone', DEAR, 400, -2022, 'FAILURE', 'FAILURE', ['old']],
    ['STOP_ON_FAILURE', 'old', DEAR, 409, -2021, 'SUCCESS', 'FAILURE', []],
  ])('%s of %s', (mode, old, next, status, code, cancelResult, newOrderResult, open) => {
    const reply = replace(`${next}&cancelOrigClientOrderId=${old}&newClientOrderId=new`, mode)
    expect(reply.status).toBe(status)
    expect(reply.body).toMatchObject({ code, data: { cancelResult, newOrderResult } })
    const { data } = reply.body
    if (cancelResult === 'FAILURE') expect(data!['cancelResponse']).toMatchObject({ code: -2011 })
    if (newOrderResult === 'FAILURE') {
      expect(data!['newOrderResponse']).toMatchObject({ code: -2010 })
    }
    if (newOrderResult === 'NOT_ATTEMPTED') expect(data!['newOrderResponse']).toBeNull()
    expect(openIds()).toEqual(open)
  })

  it('leaves a partly filled order alone when only a new one may be replaced', () => {
    const taking = SELL.replace('0.1&price=43252.00', '0.6&price=43250.00')
    rig.signed('POST', ORDER, `${taking}&newClientOrderId=part`)
    const names = 'cancelOrigClientOrderId=part&cancelRestrictions=ONLY_NEW'
    const { body } = replace(`${NEXT}&${names}`)
    expect(body).toMatchObject({
      code: -2022,
      data: {
        cancelResponse: { msg: 'Order was not canceled due to cancel restrictions.' },
        newOrderResult: 'NOT_ATTEMPTED',
      },
    })
    expect(openIds()).toEqual(['old', 'part'])
  })

  it('filters the new order before it touches the old one', () => {
    const coarse = NEXT.replace('43253.00', '43253.001')
    expect(replace(`${coarse}&cancelOrigClientOrderId=old`).body['code']).toBe(-1013)
    expect(openIds()).toEqual(['old'])
  })

  it('counts an order that was not attempted', () => {
    const { headers } = replace(`${NEXT}&cancelOrigClientOrderId=gone`)
    expect(headers.get('X-MBX-ORDER-COUNT-10S')).toBe('2')
  })

  it.each([
    ['', -1102],
    ['&cancelReplaceMode=MAYBE&cancelOrderId=1', -1130],
    ['&cancelReplaceMode=ALLOW_FAILURE', -1102],
    [
      '&cancelReplaceMode=ALLOW_FAILURE&cancelOrderId=1&orderRateLimitExceededMode=CANCEL_ONLY',
      -1130,
    ],
  ])('refuses %j', (query, code) => {
    const { body } = rig.signed('POST', `${ORDER}/cancelReplace`, `${NEXT}${query}`)
    expect(body['code']).toBe(code)
    expect(openIds()).toEqual(['old'])
  })
})
