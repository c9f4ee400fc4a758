import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { FrontHost, createHostClock } from '#sim/host-sockets.ts'
import { FrontRig, HMAC_KEY, hmac, list } from './binance-spot/front-rig.ts'
import type { Json } from './binance-spot/front-rig.ts'

let host: FrontHost
let origin: string
const sockets: WebSocket[] = []

beforeEach(() => {
  host = new FrontHost(new FrontRig().front, 0, createHostClock())
  origin = `127.0.0.1:${host.port}`
})
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.terminate()
  host.close()
})

async function fetchJson(target: string, init: RequestInit = {}): Promise<Json> {
  const response = await fetch(`http://${origin}${target}`, init)
  return (await response.json()) as Json
}

function dial(path: string): Promise<WebSocket> {
  const socket = new WebSocket(`ws://${origin}${path}`)
  sockets.push(socket)
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(socket))
    socket.once('error', reject)
  })
}

const nextMessage = (socket: WebSocket): Promise<Json> =>
  new Promise((resolve) => {
    socket.once('message', (data: Buffer) => resolve(JSON.parse(data.toString()) as Json))
  })

const signed = (query: string): string => {
  const stamped = `${query}&timestamp=${Date.now()}`
  return `/api/v3/order?${stamped}&signature=${hmac(stamped)}`
}

describe('HTTP', () => {
  it('answers with the venue’s headers over one kept connection', async () => {
    const response = await fetch(`http://${origin}/api/v3/ping`)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toContain('application/json')
    expect(response.headers.get('x-mbx-used-weight-1m')).toBe('1')
    expect(await fetchJson('/api/v3/time')).toHaveProperty('serverTime')
  })

  it('takes an order whose parameters stand in the body', async () => {
    const order = 'symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=GTC&quantity=0.1&price=43252'
    const body = `${order}&timestamp=${Date.now()}`
    const placed = await fetchJson('/api/v3/order', {
      method: 'POST',
      headers: { 'X-MBX-APIKEY': HMAC_KEY, 'Content-Type': 'application/x-www-form-urlencoded' },
      body: `${body}&signature=${hmac(body)}`,
    })
    expect(placed['status']).toBe('NEW')
    const query = await fetchJson(signed('symbol=BTCUSDT&orderId=1'), {
      headers: { 'X-MBX-APIKEY': HMAC_KEY },
    })
    expect(query['status']).toBe('NEW')
  })

  it('refuses a body that is too long and stays up', async () => {
    const response = await fetch(`http://${origin}/api/v3/order`, {
      method: 'POST',
      body: 'x'.repeat(100_000),
    })
    expect(response.status).toBe(413)
    expect((await fetch(`http://${origin}/api/v3/ping`)).status).toBe(200)
  })

  it('survives a client that leaves in mid-request', async () => {
    await new Promise<void>((resolve) => {
      const socket = connect(host.port, '127.0.0.1', () => {
        socket.write('POST /api/v3/order HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nhalf')
        socket.end()
      })
      socket.on('error', () => undefined)
      socket.on('close', () => resolve())
    })
    expect((await fetch(`http://${origin}/api/v3/ping`)).status).toBe(200)
  })

  it('refuses a port that is taken', () => {
    expect(() => new FrontHost(new FrontRig().front, host.port, createHostClock())).toThrow(
      `port ${host.port} on 127.0.0.1 is taken`,
    )
  })
})

describe('WebSockets', () => {
  it('speak the WS API', async () => {
    const socket = await dial('/ws-api/v3')
    socket.send(JSON.stringify({ id: 'a', method: 'depth', params: { symbol: 'BTCUSDT' } }))
    const answer = await nextMessage(socket)
    expect(answer['id']).toBe('a')
    expect(list(answer['result']!['bids'])).toHaveLength(2)
  })

  it('stream what they subscribed to', async () => {
    const socket = await dial('/stream?streams=btcusdt@bookTicker')
    expect((await nextMessage(socket))['stream']).toBe('btcusdt@bookTicker')
    expect(host.connectionCount).toBe(1)
  })

  it('are refused on an unknown path', async () => {
    await expect(dial('/nowhere')).rejects.toThrow('404')
  })

  it('are ended when they send a message that is too long', async () => {
    const socket = await dial('/ws')
    const closed = new Promise((resolve) => {
      socket.once('close', resolve)
    })
    socket.send('x'.repeat(100_000))
    await closed
    expect((await fetch(`http://${origin}/api/v3/ping`)).status).toBe(200)
  })
})
