import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { Side } from '#core/units.ts'
import { FrontRig, START_US, list, number, text } from './front-rig.ts'
import type { Json, RecordingConnection } from './front-rig.ts'

let rig: FrontRig
beforeEach(() => {
  rig = new FrontRig()
})

const subscribe = (connection: RecordingConnection, params: readonly string[]): void =>
  rig.tell(connection, { method: 'SUBSCRIBE', params, id: 1 })

describe('control messages', () => {
  it('acknowledges, lists and removes subscriptions', () => {
    const connection = rig.connect('/ws')
    subscribe(connection, ['btcusdt@trade', 'nobody@knows'])
    rig.tell(connection, { method: 'LIST_SUBSCRIPTIONS', id: 'x2' })
    rig.tell(connection, { method: 'UNSUBSCRIBE', params: ['nobody@knows'], id: 3 })
    rig.tell(connection, { method: 'LIST_SUBSCRIPTIONS', id: null })
    expect(connection.take()).toEqual([
      { result: null, id: 1 },
      { result: ['btcusdt@trade', 'nobody@knows'], id: 'x2' },
      { result: null, id: 3 },
      { result: ['btcusdt@trade'], id: null },
    ])
  })

  it.each<[string, number]>([
    ['not json', 3],
    ['[]', 3],
    ['{"method":"DANCE","id":1}', 2],
    ['{"method":"SUBSCRIBE","params":"btcusdt@trade","id":1}', 2],
    ['{"method":"SET_PROPERTY","params":["colour",true],"id":1}', 2],
    ['{"method":"SUBSCRIBE","params":[],"id":{}}', 2],
  ])('refuses %s', (text, code) => {
    const connection = rig.connect('/ws')
    rig.tell(connection, text)
    expect(connection.take()[0]!['code']).toBe(code)
  })

  it('ends a connection that sends more than five messages in a second', () => {
    const connection = rig.connect('/ws')
    for (let sent = 0; sent < 5; sent++) rig.tell(connection, { method: 'GET_PROPERTY', id: 1 })
    expect(connection.closedWith).toBeUndefined()
    rig.tell(connection, { method: 'GET_PROPERTY', id: 1 })
    expect(connection.closedWith).toBe(1008)
  })

  it('refuses an unknown path', () => {
    expect(() => rig.connect('/elsewhere')).toThrow('404')
  })

  it('pings every 20 s and warns before a shutdown', () => {
    const raw = rig.connect('/ws')
    const combined = rig.connect('/stream?streams=btcusdt@trade')
    rig.advanceMs(40_000)
    expect(raw.pings).toBe(2)
    rig.front.command({ name: 'shutdown_notice' }, rig.nowUs)
    const event = { e: 'serverShutdown', E: 1_700_000_040_000 }
    expect(raw.take()).toEqual([event])
    expect(combined.take()).toEqual([{ stream: '!serverShutdown', data: event }])
    rig.front.command({ name: 'disconnect' }, rig.nowUs)
    expect([raw.closedWith, combined.closedWith]).toEqual(['cut', 'cut'])
  })
})

describe('market events', () => {
  it('tells the top of book at once and again when it changes, without event type', () => {
    const connection = rig.connect('/ws/btcusdt@bookTicker')
    rig.market.at(START_US + 10_000, (desk) => {
      desk.setMarket(Side.Buy, 4_325_000, 70_000, START_US + 10_000)
      desk.setMarket(Side.Sell, 4_325_200, 1_000, START_US + 10_000)
    })
    rig.advanceMs(20)
    rig.advanceMs(1)
    const top = { s: 'BTCUSDT', b: '43250.00000000', a: '43251.00000000', A: '0.30000000' }
    expect(connection.take()).toEqual([
      // The market moved before the first flush: a late listener hears the newest top only.
      { u: 6, ...top, B: '0.70000000' },
    ])
  })

  it('prints trades and aggregate trades with the aggressor’s side', () => {
    const connection = rig.connect('/stream?streams=btcusdt@trade/btcusdt@aggTrade')
    rig.market.at(START_US + 5_000, (desk) =>
      desk.take(Side.Sell, 4_325_000, 20_000, START_US + 5_000),
    )
    rig.advanceMs(5)
    const [trade, aggregate] = connection.take()
    expect(trade).toEqual({
      stream: 'btcusdt@trade',
      data: {
        e: 'trade',
        E: 1_700_000_000_005,
        s: 'BTCUSDT',
        t: 1,
        p: '43250.00000000',
        q: '0.20000000',
        T: 1_700_000_000_005,
        m: true,
        M: true,
      },
    })
    expect(aggregate!['data']).toMatchObject({ e: 'aggTrade', a: 1, f: 1, l: 1, m: true })
  })

  it('writes microseconds when asked to', () => {
    const connection = rig.connect('/ws/btcusdt@trade?timeUnit=MICROSECOND')
    rig.market.at(START_US + 5_001, (desk) =>
      desk.take(Side.Buy, 4_325_100, 20_000, START_US + 5_001),
    )
    rig.advanceMs(6)
    expect(connection.take()[0]).toMatchObject({ T: START_US + 5_001, m: false })
  })

  it('sends partial books whole', () => {
    const connection = rig.connect('/stream?streams=btcusdt@depth5@100ms')
    rig.market.at(START_US + 5_000, (desk) =>
      desk.setMarket(Side.Buy, 4_325_000, 0, START_US + 5_000),
    )
    rig.advanceMs(100)
    expect(connection.take()).toEqual([
      {
        stream: 'btcusdt@depth5@100ms',
        data: {
          lastUpdateId: 5,
          bids: [['43249.00000000', '1.00000000']],
          asks: [
            ['43251.00000000', '0.30000000'],
            ['43252.00000000', '1.00000000'],
          ],
        },
      },
    ])
  })

  it('says nothing while it is silenced', () => {
    const connection = rig.connect('/ws/btcusdt@depth@100ms')
    rig.front.command({ name: 'silence', silent: true }, rig.nowUs)
    rig.market.at(START_US + 5_000, (desk) =>
      desk.setMarket(Side.Buy, 4_325_000, 1, START_US + 5_000),
    )
    rig.advanceMs(200)
    expect(connection.take()).toEqual([])
  })
})

describe('diff depth', () => {
  const change = fc.record({
    afterMs: fc.integer({ min: 0, max: 400 }),
    side: fc.constantFrom(Side.Buy, Side.Sell),
    level: fc.integer({ min: 0, max: 5 }),
    qty: fc.integer({ min: 0, max: 3 }),
  })

  it.each(['btcusdt@depth@100ms', 'btcusdt@depth'])(
    '%s is a chain without a gap that rebuilds the book from any snapshot on it',
    (name) => {
      fc.assert(
        fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
          rig = new FrontRig()
          const connection = rig.connect(`/ws/${name}`)
          let atUs = START_US
          for (const { afterMs, side, level, qty } of changes) {
            atUs += afterMs * 1_000
            const price = side === Side.Buy ? 4_325_000 - level : 4_325_100 + level
            const changedUs = atUs
            rig.market.at(changedUs, (desk) => desk.setMarket(side, price, qty, changedUs))
          }
          const snapshot = rig.request('GET', '/api/v3/depth?symbol=BTCUSDT').body
          rig.advanceMs((atUs - START_US) / 1_000 + 2_000)
          expect(rebuilt(snapshot, connection.take())).toEqual(
            bookOf(rig.request('GET', '/api/v3/depth?symbol=BTCUSDT').body),
          )
        }),
        { numRuns: 50 },
      )
    },
  )
})

/** Applies the venue's own procedure and fails on a gap. */
function rebuilt(snapshot: Json, events: readonly Json[]): ReturnType<typeof bookOf> {
  const book = bookOf(snapshot)
  let current = number(snapshot['lastUpdateId'])
  for (const event of events) {
    if (number(event['u']) <= current) continue
    expect(number(event['U'])).toBeLessThanOrEqual(current + 1)
    for (const side of ['bids', 'asks'] as const) {
      for (const row of list(event[side === 'bids' ? 'b' : 'a'])) {
        const [price, qty] = [text(row[0]), text(row[1])]
        if (Number(qty) === 0) book[side].delete(price)
        else book[side].set(price, qty)
      }
    }
    current = number(event['u'])
  }
  return book
}

function bookOf(depth: Json): { bids: Map<string, string>; asks: Map<string, string> } {
  return { bids: sideOf(depth['bids']), asks: sideOf(depth['asks']) }
}

const sideOf = (rows: Json | undefined): Map<string, string> =>
  new Map(list(rows).map((row) => [text(row[0]), text(row[1])]))
