import { beforeEach, describe, expect, it } from 'vitest'
import { FrontRig, list, number, signedParams, text } from './front-rig.ts'
import type { Json, RecordingConnection } from './front-rig.ts'

const ORDERS = 600

let rig: FrontRig
let api: RecordingConnection
beforeEach(() => {
  rig = new FrontRig()
  api = rig.connect('/ws-api/v3')
  rig.tell(api, {
    id: 'user',
    method: 'userDataStream.subscribe.signature',
    params: signedParams('hmac', rig.nowUs),
  })
  api.take()
})

/** Sends orders one after the other, 200 ms apart, and gives back everything that came. */
function trade(seed: number): Json[] {
  rig.front.command({ name: 'faults', profile: 'some', seed }, rig.nowUs)
  for (let sent = 0; sent < ORDERS; sent++) {
    const params = {
      symbol: 'BTCUSDT',
      side: 'SELL',
      type: 'LIMIT',
      timeInForce: 'IOC',
      quantity: '0.001',
      price: '43250.00',
      newClientOrderId: `order-${sent}`,
    }
    const signed = signedParams('hmac', rig.nowUs, params)
    rig.tell(api, { id: sent, method: 'order.place', params: signed })
    rig.advanceMs(200)
  }
  rig.advanceMs(1_000)
  return api.take()
}

const eventsOf = (messages: readonly Json[]): Json[] =>
  messages.flatMap((message) => (message['event'] === undefined ? [] : [message['event']]))

describe('a bad day', () => {
  it('loses answers and orders, and never says that what it did was not done', () => {
    const messages = trade(11)
    const answers = messages.filter((message) => typeof message['id'] === 'number')
    const unanswered = ORDERS - answers.length
    const serverErrors = answers.filter((answer) => number(answer['status']) === 504)
    expect(unanswered).toBeGreaterThan(0)
    expect(serverErrors.length).toBeGreaterThan(0)

    const known = new Set(
      rig.exchange.orders('main', 'BTC/USDT').map((order) => order.clientOrderId),
    )
    expect(known.size).toBeLessThan(ORDERS)
    for (const answer of answers) {
      const status = number(answer['status'])
      if (status === 200 || status === 504) expect(known).toContain(`order-${text(answer['id'])}`)
    }
    // More orders were carried out than were acknowledged: the rest is for the client to find out.
    expect(known.size).toBeGreaterThan(answers.length - serverErrors.length)
  })

  it('repeats private events and lets answers come after them', () => {
    const messages = trade(12)
    const tradeIds = eventsOf(messages)
      .filter((event) => text(event['x']) === 'TRADE')
      .map((event) => number(event['t']))
    expect(tradeIds.length).toBeGreaterThan(new Set(tradeIds).size)
    const overtaken = messages.findIndex((message, index) => {
      const clientId = `order-${text(message['id'])}`
      return eventsOf(messages.slice(0, index)).some((event) => text(event['c']) === clientId)
    })
    expect(overtaken).toBeGreaterThan(0)
  })

  it('is the same day for the same seed', () => {
    const first = trade(13)
    rig = new FrontRig()
    api = rig.connect('/ws-api/v3')
    rig.tell(api, {
      id: 'user',
      method: 'userDataStream.subscribe.signature',
      params: signedParams('hmac', rig.nowUs),
    })
    api.take()
    expect(trade(13)).toEqual(first)
  })

  it('is over when the profile says none', () => {
    trade(14)
    rig.front.command({ name: 'faults', profile: 'none', seed: 0 }, rig.nowUs)
    for (let sent = 0; sent < 200; sent++) {
      rig.tell(api, { id: sent, method: 'ping' })
    }
    expect(list(api.take() as unknown as Json)).toHaveLength(200)
  })
})
