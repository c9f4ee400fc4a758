// The front behind memory links, spoken to by the engine's own clients on virtual time.
import { beforeEach, describe, expect, it } from 'vitest'
import { Side, monoNs } from '#core/units.ts'
import { MemoryHost } from '#sim/host-memory.ts'
import type { ByteLink } from '#wire/byte-link.ts'
import { HttpClient } from '#wire/http-client.ts'
import type { HttpListener, HttpReply } from '#wire/http-client.ts'
import { ReceiveRegion } from '#wire/receive-region.ts'
import { WebSocketSession } from '#wire/websocket-session.ts'
import { MemoryWire } from '../wire/memory-wire.ts'
import { SessionRecorder, socketOptions } from '../wire/real-wire.ts'
import { FrontRig, START_US } from './binance-spot/front-rig.ts'

const PORT = 9_443
const ADDRESS = { host: '127.0.0.1', port: PORT, tls: false }

let wire: MemoryWire
let rig: FrontRig

function startWorld(seed: number): void {
  wire = new MemoryWire({ seed })
  rig = new FrontRig()
  wire.network.listen('127.0.0.1', PORT, new MemoryHost(rig.front, wire))
}
beforeEach(() => startWorld(1))

class Answers implements HttpListener {
  readonly replies: { status: number; text: string }[] = []
  readonly failures: string[] = []

  onReply(reply: HttpReply): void {
    this.replies.push({ status: reply.status, text: reply.text() })
  }

  onFailed(failure: string): void {
    this.failures.push(failure)
  }
}

function get(client: HttpClient, target: string, answers: Answers): void {
  const deadlineNs = monoNs(wire.clock.nowNs() + 5e9)
  client.request({ method: 'GET', target, deadlineNs }, answers, wire.clock.nowNs())
}

function httpClient(): HttpClient {
  return new HttpClient(wire, {
    address: ADDRESS,
    host: 'api.example',
    connectionsMax: 2,
    bodyBytesMax: 1 << 20,
  })
}

function dial(path: string): SessionRecorder & { session: WebSocketSession } {
  const recorder = new SessionRecorder()
  const session = new WebSocketSession(wire, socketOptions(PORT, { path }), recorder)
  session.connect(wire.clock.nowNs())
  return Object.assign(recorder, { session })
}

describe('HTTP', () => {
  it('answers requests on kept connections', () => {
    const client = httpClient()
    const answers = new Answers()
    for (let sent = 0; sent < 6; sent++) get(client, '/api/v3/ping', answers)
    wire.runMs(100)
    expect(answers.replies).toEqual(Array.from({ length: 6 }, () => ({ status: 200, text: '{}' })))
    expect(wire.network.links()).toHaveLength(2)
  })

  it('carries errors and a large body whole', () => {
    const client = httpClient()
    const answers = new Answers()
    get(client, '/nowhere', answers)
    get(client, '/api/v3/exchangeInfo', answers)
    wire.runMs(100)
    expect(new Set(answers.replies.map((reply) => reply.status))).toEqual(new Set([200, 404]))
    const listed = answers.replies.find((reply) => reply.status === 200)
    expect(JSON.parse(listed?.text ?? '')).toHaveProperty('symbols')
  })

  it('reads the next request of a connection after a late answer', () => {
    rig.front.command({ name: 'latency', ms: 20 }, START_US)
    const texts: string[] = []
    const link = rawLink(texts)
    wire.runMs(10)
    const request = 'GET /api/v3/ping HTTP/1.1\r\nHost: x\r\n\r\n'
    link.write(Buffer.from(request + request))
    wire.runMs(100)
    expect(texts.join('').match(/HTTP\/1\.1 200/g)).toHaveLength(2)
  })

  it('answers 400 to what is not HTTP and ends the link', () => {
    const texts: string[] = []
    const link = rawLink(texts)
    wire.runMs(10)
    link.write(Buffer.from('HELLO\r\n\r\n'))
    wire.runMs(50)
    expect(texts.join('')).toContain('HTTP/1.1 400')
    wire.runMs(2_000)
    expect(wire.network.links()).toHaveLength(0)
  })
})

describe('WebSockets', () => {
  it('speak the WS API and stream the market on its own time', () => {
    const api = dial('/ws-api/v3')
    const stream = dial('/ws/btcusdt@depth@100ms')
    api.onOpened = (session) => {
      session.sendTextString('{"id":1,"method":"time"}', wire.clock.nowNs())
    }
    rig.market.at(START_US + 50_000, (desk) =>
      desk.setMarket(Side.Buy, 4_325_000, 7, START_US + 50_000),
    )
    wire.runMs(300)
    expect(JSON.parse(api.texts[0] ?? '')).toMatchObject({ id: 1, status: 200 })
    expect(JSON.parse(stream.texts[0] ?? '')).toMatchObject({
      e: 'depthUpdate',
      E: 1_700_000_000_100,
      U: 5,
      u: 5,
    })
  })

  it('are refused on an unknown path, and cut when the venue disconnects', () => {
    const refused = dial('/nowhere')
    const open = dial('/ws')
    wire.runMs(50)
    expect(refused.closed[0]?.detail).toContain('404')
    expect(open.opened).toBe(1)
    rig.front.command({ name: 'disconnect' }, START_US + 50_000)
    wire.runMs(50)
    expect(open.closed).toHaveLength(1)
  })

  it('leave the venue’s books when the client goes', () => {
    const stream = dial('/ws/btcusdt@trade')
    wire.runMs(50)
    stream.session.close(1000, 'bye', wire.clock.nowNs())
    wire.runMs(2_000)
    expect(stream.closed).toHaveLength(1)
    expect(rig.front.nextEventUs()).toBe(Infinity)
  })

  it('keep the venue’s clock when the engine’s wall clock is stepped', () => {
    wire.clock.stepWall(3_600_000_000)
    const api = dial('/ws-api/v3')
    api.onOpened = (session) => {
      session.sendTextString('{"id":1,"method":"time"}', wire.clock.nowNs())
    }
    wire.runMs(100)
    const { result } = JSON.parse(api.texts[0] ?? '') as { result: { serverTime: number } }
    expect(result.serverTime - 1_700_000_000_000).toBeLessThan(1_000)
  })
})

it('plays the same messages for the same seed', () => {
  const first = played(42)
  expect(first.length).toBeGreaterThan(10)
  expect(played(42)).toEqual(first)
})

function played(seed: number): readonly string[] {
  startWorld(seed)
  const stream = dial('/stream?streams=btcusdt@bookTicker/btcusdt@depth@100ms')
  for (let step = 1; step <= 50; step++) {
    const atUs = START_US + step * 7_000
    rig.market.at(atUs, (desk) => desk.setMarket(Side.Sell, 4_325_100 + (step % 3), step, atUs))
  }
  wire.runMs(500)
  return stream.texts
}

function rawLink(texts: string[]): ByteLink {
  return wire.network.dial(ADDRESS, new ReceiveRegion(), {
    onOpen: () => undefined,
    onBytes: (region) => {
      texts.push(
        Buffer.from(region.bytes.subarray(region.readOffset, region.writeOffset)).toString(),
      )
      region.reset()
      return false
    },
    onClosed: () => undefined,
  })
}
