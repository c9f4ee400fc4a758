// Links over real sockets: order and completeness under back-pressure, plain and TLS, and every
// way in which they end.
import { createHash } from 'node:crypto'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import { SEND_FRAME_BYTES_MAX } from '#core/limits.ts'
import { Outcome } from '#core/outcome.ts'
import type { MonoNs } from '#core/units.ts'
import { LinkClose, type ByteLink, type LinkListener } from '#wire/byte-link.ts'
import type { NetDialerOptions } from '#wire/net-link.ts'
import { ReceiveRegion } from '#wire/receive-region.ts'
import { WebSocketServer } from 'ws'
import { WebSocketSession } from '#wire/websocket-session.ts'
import { RealWire, SessionRecorder, socketOptions, until } from './real-wire.ts'
import { createTestCertificates } from './test-certificates.ts'

const certificates = createTestCertificates()
const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0).toReversed()) cleanup()
})

class Heard implements LinkListener {
  opened = 0
  bytes = 0
  readonly hash = createHash('sha256')
  readonly closed: [LinkClose, string][] = []
  lastNs = 0
  readBytesMax = Infinity

  onOpen(): void {
    this.opened++
  }

  onBytes(region: ReceiveRegion, nowNs: MonoNs): boolean {
    const { bytes, readOffset } = region
    const end = Math.min(region.writeOffset, readOffset + this.readBytesMax)
    const isMoreToRead = end < region.writeOffset
    this.hash.update(bytes.subarray(readOffset, end))
    this.bytes += end - readOffset
    region.consumeTo(end)
    this.lastNs = nowNs
    return isMoreToRead
  }

  onClosed(reason: LinkClose, detail: string): void {
    this.closed.push([reason, detail])
  }
}

async function listen(server: Server, onClient: (client: Socket) => void, isTls = false) {
  const clients: Socket[] = []
  const accept = (client: Socket) => {
    clients.push(client)
    client.on('error', () => {})
    onClient(client)
  }
  // Both events fire on a TLS server: the raw socket is of no interest.
  server.on(isTls ? 'secureConnection' : 'connection', accept)
  cleanups.push(() => {
    for (const client of clients) client.destroy()
    server.close()
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return (server.address() as AddressInfo).port
}

function dial(port: number, changed: { tls?: boolean; host?: string } & NetDialerOptions = {}) {
  const { tls = false, host = '127.0.0.1', ...options } = changed
  const wire = new RealWire(options)
  cleanups.push(() => wire.stop())
  const heard = new Heard()
  const link = wire.dialer.dial({ host, port, tls }, new ReceiveRegion(), heard)
  cleanups.push(() => link.abort())
  expect([heard.opened, heard.closed.length]).toEqual([0, 0])
  return { wire, heard, link }
}

const makes: [string, boolean][] = [
  ['plain', false],
  ['TLS', true],
]

describe.each(makes)('%s', (_name, tls) => {
  const serve = (onClient: (client: Socket) => void) =>
    listen(tls ? createTlsServer(certificates) : createServer(), onClient, tls)
  const options = { tls, extraCa: certificates.ca }

  test('an echo of ten megabytes is whole and in order', async () => {
    const { heard, link } = dial(await serve((client) => client.pipe(client)), options)
    await until(() => heard.opened === 1)
    const hash = createHash('sha256')
    let sent = 0
    for (let i = 0; sent < 10 << 20; i++) {
      const size = 1 + ((i * 7_919) % SEND_FRAME_BYTES_MAX)
      link.out.fill(i % 251, 0, size)
      const composed = Buffer.from(link.out.subarray(0, size))
      const outcome = link.send(size)
      if (outcome === Outcome.Full) await until(() => link.pendingBytes === 0)
      if (outcome !== Outcome.Ok) continue
      // Whatever the link still holds of this frame must not change with the next one.
      hash.update(composed)
      sent += size
    }
    await until(() => heard.bytes === sent)
    expect(heard.hash.digest('hex')).toBe(hash.digest('hex'))
    expect(link.out.length).toBe(SEND_FRAME_BYTES_MAX)
  })

  test('a peer that does not read makes it Full, then everything arrives', async () => {
    let server: Socket | null = null
    let received = 0
    const port = await serve((client) => {
      server = client
      client.pause()
      client.on('data', (data) => (received += data.length))
      client.pause()
    })
    const { heard, link } = dial(port, options)
    await until(() => heard.opened === 1 && server !== null)
    const block = new Uint8Array(1_000_000)
    let written = 0
    while (link.write(block) === Outcome.Ok) written += block.length
    expect(link.pendingBytes).toBeGreaterThan(0)
    expect(link.send(SEND_FRAME_BYTES_MAX)).toBe(Outcome.Ok)
    ;(server as Socket | null)?.resume()
    await until(() => received === written + SEND_FRAME_BYTES_MAX)
    expect(link.pendingBytes).toBe(0)
  })

  test('close lets the peer read the last bytes, and ends once', async () => {
    let text = ''
    const port = await serve((client) => client.on('data', (data) => (text += data.toString())))
    const { wire, heard, link } = dial(port, options)
    await until(() => heard.opened === 1)
    link.write(Buffer.from('last words'))
    link.close()
    link.close()
    expect(link.write(Buffer.from('more'))).toBe(Outcome.NotReady)
    expect(heard.closed).toEqual([])
    await until(() => heard.closed.length === 1 && text !== '')
    expect(text).toBe('last words')
    expect(heard.closed).toEqual([[LinkClose.Ended, 'ended by us']])
    expect(wire.turns).toBeGreaterThanOrEqual(2)
  })

  test('the peer ends: Ended', async () => {
    const port = await serve((client) => client.end('bye'))
    const { heard } = dial(port, options)
    await until(() => heard.closed.length === 1)
    expect(heard.bytes).toBe(3)
    expect(heard.closed).toEqual([[LinkClose.Ended, 'ended by the peer']])
  })

  test('the peer resets: Broken', async () => {
    let server: Socket | null = null
    const { heard } = dial(await serve((client) => (server = client)), options)
    await until(() => heard.opened === 1 && server !== null)
    if (tls) (server as Socket | null)?.destroy(new Error('reset'))
    else (server as Socket | null)?.resetAndDestroy()
    await until(() => heard.closed.length === 1)
    expect(heard.closed[0]?.[0]).toBe(tls ? LinkClose.Ended : LinkClose.Broken)
  })

  test('abort before the open and after it ends once', async () => {
    const port = await serve(() => {})
    const early = dial(port, options)
    early.link.abort()
    const late = dial(port, options)
    await until(() => late.heard.opened === 1)
    late.link.abort()
    expect(late.heard.closed).toEqual([])
    await until(() => early.heard.closed.length === 1 && late.heard.closed.length === 1)
    expect(early.heard.opened).toBe(0)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect([early.heard.closed.length, late.heard.closed.length]).toEqual([1, 1])
  })

  test('a host name is resolved', async () => {
    const port = await serve((client) => client.end('x'))
    const { heard } = dial(port, { ...options, host: 'localhost' })
    await until(() => heard.closed.length === 1)
    expect(heard.bytes).toBe(1)
  })

  test('a listener that wants a turn before the rest gets it, and then the rest', async () => {
    const port = await serve((client) => client.write('abc'))
    const { wire, heard } = dial(port, options)
    heard.readBytesMax = 1
    await until(() => heard.bytes === 3)
    expect(wire.turns).toBe(1 + 3)
  })

  test('a WebSocket session runs over it', async () => {
    const server = new WebSocketServer({ noServer: true })
    server.on('connection', (client) => client.on('message', (data) => client.send(data)))
    const http = await import(tls ? 'node:https' : 'node:http')
    const host = http.createServer(tls ? certificates : {}) as Server
    host.on('upgrade', (request, socket: Socket, head: Buffer) => {
      cleanups.push(() => socket.destroy())
      server.handleUpgrade(request, socket, head, (client) => server.emit('connection', client))
    })
    cleanups.push(() => host.close())
    host.listen(0, '127.0.0.1')
    await new Promise((resolve) => host.once('listening', resolve))
    const { port } = host.address() as AddressInfo
    const wire = new RealWire({ extraCa: certificates.ca })
    cleanups.push(() => wire.stop())
    const recorder = new SessionRecorder()
    const address = { host: '127.0.0.1', port, tls }
    const session = new WebSocketSession(wire, socketOptions(port, { address }), recorder)
    session.connect(wire.clock.nowNs())
    await until(() => recorder.opened === 1)
    const sent = Array.from({ length: 2_000 }, (_, i) => `order ${i} ${'x'.repeat(i % 500)}`)
    for (const text of sent) {
      const bytes = Buffer.from(text)
      expect(session.sendText(bytes, 0, bytes.length, wire.clock.nowNs())).toBe(Outcome.Ok)
    }
    await until(() => recorder.texts.length === sent.length)
    expect(recorder.texts.length).toBe(sent.length)
  })
})

test('a server whose certificate nobody vouches for is refused', async () => {
  const port = await listen(createTlsServer(certificates), () => {}, true)
  const { heard } = dial(port, { tls: true })
  await until(() => heard.closed.length === 1)
  expect(heard.opened).toBe(0)
  expect(heard.closed[0]?.[0]).toBe(LinkClose.Refused)
})

test('a certificate for another name is refused', async () => {
  const port = await listen(createTlsServer(certificates), () => {}, true)
  const host = '127.0.0.2'
  const { heard } = dial(port, { tls: true, extraCa: certificates.ca, host })
  await until(() => heard.closed.length === 1)
  expect(heard.opened).toBe(0)
  expect(heard.closed[0]?.[0]).toBe(LinkClose.Refused)
})

test('nobody listens: Refused', async () => {
  const port = await listen(createServer(), () => {})
  for (const cleanup of cleanups.splice(0)) cleanup()
  const { heard } = dial(port)
  await until(() => heard.closed.length === 1)
  expect(heard.closed[0]?.[0]).toBe(LinkClose.Refused)
  expect(heard.closed[0]?.[1]).toContain('ECONNREFUSED')
})

test('a peer that never ends its side is dropped after a close', async () => {
  const port = await listen(createServer({ allowHalfOpen: true }), (client) => client.resume())
  const { heard, link } = dial(port)
  await until(() => heard.opened === 1)
  link.close()
  await until(() => heard.closed.length === 1)
  expect(heard.closed).toEqual([[LinkClose.Ended, 'ended by us']])
})

test('out is another buffer only while the kernel has not taken the last one', async () => {
  const { heard, link } = dial(await listen(createServer(), (client) => client.resume()))
  await until(() => heard.opened === 1)
  const out: ByteLink['out'] = link.out
  for (let i = 0; i < 50; i++) {
    expect(link.send(100)).toBe(Outcome.Ok)
    expect(link.pendingBytes).toBe(0)
    expect(link.out).toBe(out)
  }
})
