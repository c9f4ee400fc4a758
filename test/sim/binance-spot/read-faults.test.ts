// What a venue tells on a bad day: answers twice and out of order, snapshots from the past,
// listings that lack rows, and bans. The matching engine's truth stays what it is.
import { beforeEach, describe, expect, it } from 'vitest'
import { LateQueue } from '#sim/binance-spot/late-queue.ts'
import { MessageFaults, type MessageWay } from '#sim/binance-spot/message-faults.ts'
import { FrontRig, HMAC_KEY, list, number, text } from './front-rig.ts'

const PLACE =
  'symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=GTC&quantity=0.001&price=43300.00' +
  '&newClientOrderId='

let rig: FrontRig
beforeEach(() => {
  rig = new FrontRig()
})

describe('answers', () => {
  let late: LateQueue
  let faults: MessageFaults
  const told: string[] = []
  const way = (name: string): MessageWay => ({ deliver: () => told.push(name), cut: () => {} })
  beforeEach(() => {
    late = new LateQueue()
    faults = new MessageFaults(late)
    told.length = 0
  })

  it('come twice', () => {
    faults.follow({ kind: 'duplicate' }, way('a'), 'answer')
    expect(told).toEqual(['a', 'a'])
  })

  it('let the next one go first', () => {
    faults.follow({ kind: 'reorder' }, way('a'), 'answer', 'ack')
    faults.follow({ kind: 'none' }, way('event'), 'private_event')
    faults.follow({ kind: 'none' }, way('b'), 'answer')
    late.runDue(1_000_000)
    expect(told).toEqual(['event', 'b', 'a'])
    expect(faults.counts.get('ack overtaken')).toBe(1)
  })

  it('go out by themselves when nothing overtakes them', () => {
    faults.follow({ kind: 'reorder' }, way('a'), 'answer', 'ack')
    late.runDue(1_000_000)
    expect(told).toEqual(['a'])
    expect(faults.counts.get('ack overtaken')).toBeUndefined()
  })
})

describe('reads', () => {
  const orderCount = 12

  function placeAll(): void {
    for (let index = 0; index < orderCount; index++) {
      rig.signed('POST', '/api/v3/order', `${PLACE}order-${index}`)
      rig.advanceMs(2_000)
    }
  }

  it('open orders lack some rows, or all, and nothing says so', () => {
    placeAll()
    rig.front.command({ name: 'faults', profile: 'many', seed: 5 }, rig.nowUs)
    const lengths = new Set<number>()
    for (let asked = 0; asked < 200; asked++) {
      rig.advanceMs(6_000)
      const pending = rig.send('GET', rig.signedTarget('/api/v3/openOrders', 'symbol=BTCUSDT'), {
        key: HMAC_KEY,
      })
      rig.advanceMs(1_000)
      if (pending.reply?.status === 200) lengths.add(list(pending.reply.body).length)
    }
    expect(lengths).toContain(orderCount)
    expect(lengths).toContain(0)
    expect([...lengths].some((length) => length > 0 && length < orderCount)).toBe(true)
    expect(rig.exchange.openOrders('main')).toHaveLength(orderCount)
  })

  it('a snapshot may be the one that was told before', () => {
    rig.front.command({ name: 'faults', profile: 'many', seed: 6 }, rig.nowUs)
    const ids: number[] = []
    for (let asked = 0; asked < 100; asked++) {
      rig.send('POST', rig.signedTarget('/api/v3/order', `${PLACE}s-${asked}`), {
        key: HMAC_KEY,
      })
      rig.advanceMs(6_000)
      const pending = rig.send('GET', '/api/v3/depth?symbol=BTCUSDT&limit=10')
      rig.advanceMs(1_000)
      if (pending.reply?.status === 200) ids.push(number(pending.reply.body['lastUpdateId']))
    }
    expect(ids.length).toBeGreaterThan(50)
    expect(new Set(ids).size).toBeLessThan(ids.length)
    expect(rig.front.messageCounts.get('snapshot stale')).toBeGreaterThan(0)
  })
})

describe('a ban', () => {
  it.each([429, 418] as const)('%d refuses everything, says for how long, and ends', (status) => {
    rig.front.command({ name: 'ban', status, ms: 3_000 }, rig.nowUs)
    const refused = rig.request('GET', '/api/v3/depth?symbol=BTCUSDT')
    expect(refused.status).toBe(status)
    expect(number(refused.body['code'])).toBe(-1003)
    expect(refused.headers.get('Retry-After')).toBe('3')
    expect(rig.signed('POST', '/api/v3/order', `${PLACE}refused`).status).toBe(status)
    rig.advanceMs(3_001)
    expect(rig.request('GET', '/api/v3/ping').status).toBe(200)
    expect(text(rig.signed('POST', '/api/v3/order', `${PLACE}taken`).body['status'])).toBe('NEW')
  })
})
