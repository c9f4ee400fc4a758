// The session against two independent servers (ws and uWebSockets.js) and against raw sockets that
// misbehave in ways no server library would.
import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { createHash } from 'node:crypto'
import uws from 'uWebSockets.js'
import { WebSocketServer, type WebSocket } from 'ws'
import { afterEach, describe, expect, test } from 'vitest'
import { Outcome } from '#core/outcome.ts'
import { WebSocketSession } from '#wire/websocket-session.ts'
import { RealWire, SessionRecorder, socketOptions, until } from './real-wire.ts'

const SIZES = [0, 1, 2, 124, 125, 126, 127, 4_095, 65_535, 65_536, 65_537, 300_000, 1_048_576]

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0).toReversed()) cleanup()
})

function realWire(): RealWire {
  const wire = new RealWire()
  cleanups.push(() => wire.stop())
  return wire
}

async function wsServer(onClient: (client: WebSocket) => void): Promise<number> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', maxPayload: 2 << 20 })
  cleanups.push(() => {
    for (const client of server.clients) client.terminate()
    server.close()
  })
  server.on('connection', onClient)
  await new Promise((resolve) => server.once('listening', resolve))
  return (server.address() as AddressInfo).port
}

async function rawServer(onClient: (client: Socket) => void): Promise<number> {
  const clients: Socket[] = []
  const server: Server = createServer((client) => {
    clients.push(client)
    client.on('error', () => {})
    onClient(client)
  })
  cleanups.push(() => {
    for (const client of clients) client.destroy()
    server.close()
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return (server.address() as AddressInfo).port
}

function uwsEchoServer(): Promise<number> {
  return new Promise((resolve) => {
    const app = uws.App().ws('/*', {
      maxPayloadLength: 2 << 20,
      maxBackpressure: 16 << 20,
      message: (client, message, isBinary) => {
        client.send(message, isBinary)
      },
    })
    app.listen('127.0.0.1', 0, 0, (token) => {
      if (token === false) throw new Error('uWebSockets.js could not listen')
      cleanups.push(() => app.close())
      resolve(uws.us_socket_local_port(token))
    })
  })
}

/** The 101 that fits the request in `head`, as a server writes it. */
function upgradeReply(head: string): string {
  const key = /sec-websocket-key: (\S+)/i.exec(head)?.[1] ?? ''
  const accept = createHash('sha1')
    .update(key + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11')
    .digest('base64')
  const fields = ['Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${accept}`]
  return `HTTP/1.1 101 Switching Protocols\r\n${fields.join('\r\n')}\r\n\r\n`
}

/** Upgrades every client, then writes `bytes` with the 101 in one packet. */
function upgradingServer(bytes: Uint8Array): Promise<number> {
  return rawServer((client) => {
    client.once('data', (head) => {
      client.write(Buffer.concat([Buffer.from(upgradeReply(head.toString('latin1'))), bytes]))
    })
  })
}

function connect(wire: RealWire, options: ReturnType<typeof socketOptions>) {
  const heard = new SessionRecorder()
  const session = new WebSocketSession(wire, options, heard)
  session.connect(wire.clock.nowNs())
  return { heard, session }
}

async function echoAllSizes(port: number): Promise<void> {
  const wire = realWire()
  const { heard, session } = connect(wire, socketOptions(port))
  await until(() => heard.opened === 1)
  const sent: string[] = []
  for (const size of SIZES) {
    const text = 'x'.repeat(Math.max(0, size - 3)) + '‰'.slice(0, size >= 3 ? 1 : 0).padEnd(0)
    const padded = size < 3 ? 'y'.repeat(size) : text
    sent.push(padded)
    const bytes = Buffer.from(padded)
    expect(bytes.length).toBe(size)
    const fitsFrame = size + 14 <= 16_384
    const outcome = fitsFrame
      ? session.sendText(bytes, 0, size, wire.clock.nowNs())
      : session.sendTextString(padded, wire.clock.nowNs())
    expect(outcome).toBe(Outcome.Ok)
  }
  await until(() => heard.texts.length === SIZES.length)
  expect(heard.sizes).toEqual(SIZES)
  expect(heard.texts.every((text, i) => text === sent[i])).toBe(true)
  session.close(1000, 'done', wire.clock.nowNs())
  await until(() => heard.closed.length === 1)
  expect(heard.closed).toEqual([{ code: 'closed_by_us', detail: 'done' }])
  expect(heard.alive).toBeGreaterThanOrEqual(SIZES.length)
  expect(wire.turns).toBeGreaterThan(0)
  expect(wire.timers.armedCount).toBe(0)
}

describe('against ws', () => {
  test('every size comes back as it was sent', async () => {
    const port = await wsServer((client) => {
      client.on('message', (data, isBinary) => client.send(data, { binary: isBinary }))
    })
    await echoAllSizes(port)
  })

  test('fragments are joined, and a ping between them is answered', async () => {
    let pong = ''
    const port = await wsServer((client) => {
      client.on('pong', (data) => (pong = data.toString()))
      client.send('one ', { fin: false })
      client.ping('are you there')
      client.send('two ', { fin: false })
      client.send('three', { fin: true })
      client.send('four')
    })
    const { heard } = connect(realWire(), socketOptions(port))
    await until(() => heard.texts.length === 2 && pong !== '')
    expect(heard.texts).toEqual(['one two three', 'four'])
    expect(pong).toBe('are you there')
  })

  test('the peer reads the code and reason of our close', async () => {
    let seen = ''
    const port = await wsServer((client) => {
      client.on('close', (code, reason) => (seen = `${code} ${reason.toString()}`))
    })
    const wire = realWire()
    const { heard, session } = connect(wire, socketOptions(port))
    await until(() => heard.opened === 1)
    session.close(4321, 'rotation', wire.clock.nowNs())
    expect(session.isOpen).toBe(false)
    expect(session.sendTextString('late', wire.clock.nowNs())).toBe(Outcome.NotReady)
    await until(() => heard.closed.length === 1 && seen !== '')
    expect(seen).toBe('4321 rotation')
  })

  test("the peer's close is reported with code and reason", async () => {
    const port = await wsServer((client) => client.close(1012, 'restart'))
    const { heard } = connect(realWire(), socketOptions(port))
    await until(() => heard.closed.length === 1)
    expect(heard.closed).toEqual([{ code: 'closed_by_peer', detail: 'code 1012: restart' }])
  })

  test('a cut connection is lost, once', async () => {
    const port = await wsServer((client) => client.terminate())
    const { heard } = connect(realWire(), socketOptions(port))
    await until(() => heard.closed.length === 1)
    expect(heard.closed[0]?.code).toBe('lost')
  })

  test('the path, host and headers are those asked for', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    cleanups.push(() => server.close())
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    const asked = new Promise<string>((resolve) => {
      server.on('connection', (client, request) => {
        resolve(`${request.url} ${request.headers.host} ${String(request.headers['x-mbx-apikey'])}`)
        client.terminate()
      })
    })
    connect(realWire(), socketOptions(port, { headers: [['X-MBX-APIKEY', 'abc']] }))
    expect(await asked).toBe(`/ws?x=1 127.0.0.1:${port} abc`)
  })

  test('a message over the limit closes with 1009', async () => {
    let seen = 0
    const port = await wsServer((client) => {
      client.on('close', (code) => (seen = code))
      client.send('x'.repeat(5_000))
    })
    const { heard } = connect(realWire(), socketOptions(port, { messageBytesMax: 4_096 }))
    await until(() => heard.closed.length === 1 && seen !== 0)
    expect(heard.closed[0]).toEqual({
      code: 'protocol_error',
      detail: 'the message is too large',
    })
    expect(seen).toBe(1009)
  })

  test('a silent server is pinged and its pongs keep the session', async () => {
    let pings = 0
    const port = await wsServer((client) => client.on('ping', () => pings++))
    const { heard } = connect(realWire(), socketOptions(port, { pingAfterNs: 20e6 }))
    await until(() => pings >= 3)
    expect(heard.alive).toBeGreaterThanOrEqual(2)
    expect(heard.closed).toEqual([])
  })

  test('a half-open link is dropped after an unanswered ping', async () => {
    let serverSide: WebSocket | null = null
    const port = await wsServer((client) => {
      serverSide = client
      client.pause()
    })
    const { heard } = connect(realWire(), socketOptions(port, { pingAfterNs: 20e6 }))
    await until(() => heard.closed.length === 1)
    expect(serverSide).not.toBeNull()
    expect(heard.closed).toEqual([{ code: 'half_open', detail: 'no answer to a ping' }])
  })
})

describe('against uWebSockets.js', () => {
  test('every size comes back as it was sent', async () => {
    await echoAllSizes(await uwsEchoServer())
  })

  test('a flood of small messages is read in order', async () => {
    const wire = realWire()
    const { heard, session } = connect(wire, socketOptions(await uwsEchoServer()))
    await until(() => heard.opened === 1)
    const count = 5_000
    for (let i = 0; i < count; i++) {
      const bytes = Buffer.from(String(i).repeat(1 + (i % 40)))
      expect(session.sendText(bytes, 0, bytes.length, wire.clock.nowNs())).toBe(Outcome.Ok)
    }
    await until(() => heard.texts.length === count)
    const expected = Array.from({ length: count }, (_, i) => String(i).repeat(1 + (i % 40)))
    expect(heard.texts).toEqual(expected)
  })
})

describe('against servers that misbehave', () => {
  test('nobody listens: refused', async () => {
    const port = await rawServer(() => {})
    for (const cleanup of cleanups.splice(0)) cleanup()
    const { heard, session } = connect(realWire(), socketOptions(port))
    expect(heard.closed).toEqual([])
    expect(session.isOpen).toBe(false)
    await until(() => heard.closed.length === 1)
    expect(heard.closed[0]?.code).toBe('refused')
    expect(heard.closed[0]?.detail).toContain('ECONNREFUSED')
  })

  test('the handshake is never answered: timeout', async () => {
    const port = await rawServer(() => {})
    const { heard } = connect(realWire(), socketOptions(port, { connectTimeoutNs: 50e6 }))
    await until(() => heard.closed.length === 1)
    expect(heard.closed[0]).toEqual({
      code: 'timeout',
      detail: 'the server did not answer the WebSocket handshake in time',
    })
  })

  test('a wrong accept key is refused', async () => {
    const port = await rawServer((client) => {
      client.once('data', (head) => {
        client.write(upgradeReply(head.toString('latin1')).replace('Accept: ', 'Accept: x'))
      })
    })
    const { heard } = connect(realWire(), socketOptions(port))
    await until(() => heard.closed.length === 1)
    expect(heard.opened).toBe(0)
    expect(heard.closed[0]?.code).toBe('handshake_refused')
    expect(heard.closed[0]?.detail).toContain('Sec-WebSocket-Accept')
  })

  test.each([
    ['with a length', 'Content-Length: 21\r\n\r\n{"msg":"bad api key"}'],
    ['until the end', '\r\n{"msg":"bad api key"}'],
    ['in chunks', 'Transfer-Encoding: chunked\r\n\r\n15\r\n{"msg":"bad api key"}\r\n0\r\n\r\n'],
  ])('a 401 is reported with its body, sent %s', async (_how, rest) => {
    const port = await rawServer((client) => {
      client.once('data', () => client.end(`HTTP/1.1 401 Unauthorized\r\n${rest}`))
    })
    const { heard } = connect(realWire(), socketOptions(port))
    await until(() => heard.closed.length === 1)
    expect(heard.closed[0]).toEqual({
      code: 'handshake_refused',
      detail: 'the server answered HTTP 401 instead of 101: {"msg":"bad api key"}',
    })
  })

  test('an answer that is not HTTP is refused', async () => {
    const port = await rawServer((client) => client.end('SSH-2.0-OpenSSH_9.2\r\n\r\n'))
    const { heard } = connect(realWire(), socketOptions(port))
    await until(() => heard.closed.length === 1)
    expect(heard.closed[0]?.code).toBe('handshake_refused')
    expect(heard.closed[0]?.detail).toContain('SSH-2.0')
  })

  test('a frame in the same packet as the 101 is read', async () => {
    const port = await upgradingServer(Buffer.from([0x81, 2, 0x68, 0x69]))
    const { heard } = connect(realWire(), socketOptions(port))
    await until(() => heard.texts.length === 1)
    expect(heard.texts).toEqual(['hi'])
  })

  test('a masked frame from a server ends the session', async () => {
    const port = await upgradingServer(Buffer.from([0x81, 0x82, 1, 2, 3, 4, 0x69, 0x6b]))
    const { heard } = connect(realWire(), socketOptions(port))
    await until(() => heard.closed.length === 1)
    expect(heard.closed[0]).toEqual({ code: 'protocol_error', detail: 'a server masks a frame' })
    expect(heard.texts).toEqual([])
  })

  test('a server that never answers our close is dropped', async () => {
    const port = await upgradingServer(Buffer.alloc(0))
    const wire = realWire()
    const { heard, session } = connect(wire, socketOptions(port))
    await until(() => heard.opened === 1)
    session.close(1000, '', wire.clock.nowNs())
    session.close(1000, 'again', wire.clock.nowNs())
    await until(() => heard.closed.length === 1)
    expect(heard.closed).toEqual([{ code: 'closed_by_us', detail: '' }])
  })
})
