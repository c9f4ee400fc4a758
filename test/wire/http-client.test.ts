// The HTTP client against node:http and against raw sockets that end at awkward moments.
import { createServer as createHttpServer } from 'node:http'
import type { IncomingMessage, RequestListener } from 'node:http'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { HTTP_REQUESTS_MAX } from '#core/limits.ts'
import { Outcome } from '#core/outcome.ts'
import { monoNs } from '#core/units.ts'
import {
  HttpClient,
  type HttpFailure,
  type HttpListener,
  type HttpReply,
} from '#wire/http-client.ts'
import { connectionTransitions } from '#wire/http-connection.ts'
import { RealWire, until } from './real-wire.ts'

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0).toReversed()) cleanup()
})

class Answer implements HttpListener {
  status = 0
  text = ''
  failure: HttpFailure | '' = ''
  detail = ''
  calls = 0
  readonly headers = new Map<string, string | undefined>()
  onDone: () => void = () => {}

  onReply(reply: HttpReply): void {
    this.calls++
    this.status = reply.status
    this.text = reply.text()
    this.headers.set('x-mbx-used-weight-1m', reply.header('x-mbx-used-weight-1m'))
    this.onDone()
  }

  onFailed(failure: HttpFailure, detail: string): void {
    this.calls++
    this.failure = failure
    this.detail = detail
    this.onDone()
  }
}

async function httpServer(listener: RequestListener): Promise<number> {
  const server = createHttpServer(listener)
  cleanups.push(() => {
    server.closeAllConnections()
    server.close()
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return (server.address() as AddressInfo).port
}

async function rawServer(onClient: (client: Socket) => void): Promise<number> {
  const clients: Socket[] = []
  const server = createServer((client) => {
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

function createClient(port: number, connectionsMax = 4) {
  const wire = new RealWire()
  const client = new HttpClient(wire, {
    address: { host: '127.0.0.1', port, tls: false },
    host: 'api.example',
    connectionsMax,
    bodyBytesMax: 8 << 20,
  })
  cleanups.push(() => {
    client.close(wire.clock.nowNs())
    wire.stop()
  })
  const get = (target: string, withinMs = 10_000): Answer => {
    const answer = new Answer()
    const outcome = client.request(
      { method: 'GET', target, deadlineNs: inMs(wire, withinMs) },
      answer,
      wire.clock.nowNs(),
    )
    expect(outcome).toBe(Outcome.Ok)
    expect(answer.calls).toBe(0)
    return answer
  }
  return { wire, client, get }
}

function inMs(wire: RealWire, ms: number) {
  return monoNs(wire.clock.nowNs() + ms * 1e6)
}

function bodyOf(request: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    request.on('data', (chunk: Buffer) => (text += chunk.toString()))
    request.on('end', () => resolve(text))
  })
}

describe('against node:http', () => {
  test('a request arrives as it was asked, an answer as it was given', async () => {
    const port = await httpServer((request, response) => {
      void bodyOf(request).then((body) => {
        const { method, url, headers } = request
        response.setHeader('X-MBX-USED-WEIGHT-1M', '17')
        response.statusCode = 418
        response.end(`${method} ${url} ${headers.host} ${String(headers['x-key'])} ${body}`)
      })
    })
    const { wire, client } = createClient(port)
    const answer = new Answer()
    client.request(
      {
        method: 'POST',
        target: '/api/v3/order?a=%20b',
        headers: [['X-Key', 'k']],
        body: 'price=1‰',
        deadlineNs: inMs(wire, 10_000),
      },
      answer,
      wire.clock.nowNs(),
    )
    await until(() => answer.calls === 1)
    expect(answer.status).toBe(418)
    expect(answer.text).toBe('POST /api/v3/order?a=%20b api.example k price=1‰')
    expect(answer.headers.get('x-mbx-used-weight-1m')).toBe('17')
    expect(wire.timers.armedCount).toBe(1) // the dial's own, which no longer matters
  })

  test('requests one after another share a connection', async () => {
    const ports = new Set<number | undefined>()
    const port = await httpServer((request, response) => {
      ports.add(request.socket.remotePort)
      response.end('ok')
    })
    const { get } = createClient(port)
    for (let i = 0; i < 5; i++) {
      const answer = get(`/${i}`)
      await until(() => answer.calls === 1)
      expect(answer.text).toBe('ok')
    }
    expect(ports.size).toBe(1)
  })

  test('many at once are spread over the pool and all are answered', async () => {
    const ports = new Set<number | undefined>()
    const port = await httpServer((request, response) => {
      ports.add(request.socket.remotePort)
      setTimeout(() => response.end(request.url), 5)
    })
    const { get } = createClient(port, 3)
    const answers = Array.from({ length: 30 }, (_, i) => get(`/${i}`))
    await until(() => answers.every((answer) => answer.calls === 1))
    expect(answers.map((answer) => answer.text)).toEqual(answers.map((_, i) => `/${i}`))
    expect(ports.size).toBe(3)
  })

  test('a chunked body of several megabytes is whole', async () => {
    const port = await httpServer((_request, response) => {
      for (let i = 0; i < 50; i++) response.write(String(i % 10).repeat(100_001))
      response.end()
    })
    const answer = createClient(port).get('/exchangeInfo')
    await until(() => answer.calls === 1)
    expect(answer.text.length).toBe(50 * 100_001)
    expect(answer.text.endsWith('9'.repeat(100_001))).toBe(true)
  })

  test('204 and 304 have no body, and the connection lives on', async () => {
    const port = await httpServer((request, response) => {
      response.statusCode = Number(request.url?.slice(1))
      response.end()
    })
    const { get } = createClient(port, 1)
    const first = get('/204')
    const second = get('/304')
    const third = get('/200')
    await until(() => third.calls === 1)
    expect([first.status, second.status, third.status]).toEqual([204, 304, 200])
  })

  test('connection: close is honoured with a new connection', async () => {
    const ports = new Set<number | undefined>()
    const port = await httpServer((request, response) => {
      ports.add(request.socket.remotePort)
      response.setHeader('Connection', 'close')
      response.end('bye')
    })
    const { get } = createClient(port, 1)
    const answers = [get('/1'), get('/2'), get('/3')]
    await until(() => answers.every((answer) => answer.calls === 1))
    expect(answers.map((answer) => answer.text)).toEqual(['bye', 'bye', 'bye'])
    expect(ports.size).toBe(3)
  })

  test('a listener may ask again from inside its answer', async () => {
    const port = await httpServer((request, response) => response.end(request.url))
    const { get } = createClient(port, 1)
    const answers: Answer[] = []
    const ask = (depth: number): void => {
      const answer = get(`/${depth}`)
      answers.push(answer)
      answer.onDone = () => depth < 5 && ask(depth + 1)
    }
    ask(0)
    await until(() => answers.length === 6 && answers[5]!.calls === 1)
    expect(answers.map((answer) => answer.text)).toEqual(['/0', '/1', '/2', '/3', '/4', '/5'])
  })
})

describe('failures say whether the venue can have acted', () => {
  test('nobody listens: not_sent', async () => {
    const port = await rawServer(() => {})
    for (const cleanup of cleanups.splice(0)) cleanup()
    const { get } = createClient(port)
    const answers = [get('/1'), get('/2'), get('/3')]
    await until(() => answers.every((answer) => answer.calls === 1))
    expect(answers.map((answer) => answer.failure)).toEqual(['not_sent', 'not_sent', 'not_sent'])
    expect(answers[0]?.detail).toContain('ECONNREFUSED')
  })

  test('the deadline passes in the queue: not_sent; in flight: unknown', async () => {
    let requests = 0
    const port = await rawServer((client) => client.on('data', () => requests++))
    const { get } = createClient(port, 1)
    const inFlight = get('/1', 60)
    const queued = get('/2', 30)
    await until(() => inFlight.calls === 1 && queued.calls === 1)
    expect(inFlight.failure).toBe('unknown')
    expect(queued.failure).toBe('not_sent')
    expect(requests).toBe(1)
  })

  test('after a deadline in flight the next request gets its own answer', async () => {
    const port = await httpServer((request, response) => {
      setTimeout(() => response.end(request.url), request.url === '/slow' ? 80 : 0)
    })
    const { get } = createClient(port, 1)
    const slow = get('/slow', 30)
    const quick = get('/quick')
    await until(() => quick.calls === 1)
    expect([slow.failure, quick.text]).toEqual(['unknown', '/quick'])
  })

  test('a request without an answer does not keep its place in the pool', async () => {
    let connections = 0
    const port = await rawServer((client) => {
      const isSilent = connections++ === 0
      client.on('data', () => isSilent || client.write('HTTP/1.1 204 No Content\r\n\r\n'))
    })
    const { get } = createClient(port, 1)
    const unanswered = get('/1', 30)
    const next = get('/2')
    await until(() => next.calls === 1)
    expect([unanswered.failure, next.status]).toEqual(['unknown', 204])
  })

  test.each([
    ['before the answer', ''],
    ['inside the head', 'HTTP/1.1 200 OK\r\nContent-'],
    ['inside the body', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345'],
    ['inside a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA\r\n12345'],
  ])('the server ends %s: unknown, once', async (_when, sent) => {
    const port = await rawServer((client) => client.once('data', () => client.end(sent)))
    const answer = createClient(port).get('/order')
    await until(() => answer.calls === 1)
    expect(answer.failure).toBe('unknown')
  })

  test.each([
    ['no HTTP', 'hello\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n12'],
    ['a bad chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n'],
    ['a body over the limit', 'HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n'],
    ['an endless head', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(40_000)}`],
  ])('the server answers %s: unknown', async (_what, sent) => {
    const port = await rawServer((client) => client.once('data', () => client.write(sent)))
    const answer = createClient(port).get('/order')
    await until(() => answer.calls === 1)
    expect(answer.failure).toBe('unknown')
  })

  test('a body without a length ends with the stream', async () => {
    const port = await rawServer((client) => {
      client.once('data', () => client.end('HTTP/1.1 200 OK\r\n\r\nall of it'))
    })
    const answer = createClient(port).get('/')
    await until(() => answer.calls === 1)
    expect([answer.status, answer.text]).toEqual([200, 'all of it'])
  })

  test('a keep-alive connection that went stale costs no request', async () => {
    let connections = 0
    const port = await rawServer((client) => {
      connections++
      client.once('data', () => {
        client.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
        setTimeout(() => client.end(), 10)
      })
    })
    const { get } = createClient(port, 1)
    const first = get('/1')
    await until(() => first.calls === 1)
    await new Promise((resolve) => setTimeout(resolve, 50))
    const second = get('/2')
    await until(() => second.calls === 1)
    expect([first.text, second.text, connections]).toEqual(['ok', 'ok', 2])
  })

  test('an interim 103 is skipped', async () => {
    const port = await rawServer((client) => {
      client.once('data', () =>
        client.write('HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n'),
      )
    })
    const answer = createClient(port).get('/')
    await until(() => answer.calls === 1)
    expect(answer.status).toBe(204)
  })

  test('the queue is bounded', async () => {
    const port = await rawServer(() => {})
    const { wire, client, get } = createClient(port, 1)
    for (let i = 0; i < HTTP_REQUESTS_MAX; i++) get('/')
    const refused = new Answer()
    const request = { method: 'GET', target: '/', deadlineNs: inMs(wire, 1_000) } as const
    expect(client.request(request, refused, wire.clock.nowNs())).toBe(Outcome.Full)
    expect(refused.calls).toBe(0)
  })

  test('close fails what is in flight and what waits, later', async () => {
    let requests = 0
    const port = await rawServer((client) => client.on('data', () => requests++))
    const { wire, client, get } = createClient(port, 1)
    const inFlight = get('/1')
    const queued = get('/2')
    await until(() => requests === 1)
    client.close(wire.clock.nowNs())
    expect([inFlight.calls, queued.calls]).toEqual([0, 0])
    await until(() => inFlight.calls === 1 && queued.calls === 1)
    expect([inFlight.failure, queued.failure]).toEqual(['unknown', 'not_sent'])
  })

  test.each(['/a b', '/a\r\nX: y', '', '/é'])(
    'target %j is refused before anything is sent',
    (target) => {
      const { wire, client } = createClient(1)
      const request = { method: 'GET', target, deadlineNs: inMs(wire, 1_000) } as const
      expect(() => client.request(request, new Answer(), wire.clock.nowNs())).toThrow(
        'percent-encoded',
      )
    },
  )
})

test('the life of a connection, as reviewed', () => {
  expect(connectionTransitions.matrix()).toBe(
    [
      'Dialing: LinkOpened→Free · End→Ending · LinkClosed→Closed',
      'Free: Sent→Busy · End→Ending · LinkClosed→Closed',
      'Busy: Answered→Free · End→Ending · LinkClosed→Closed',
      'Ending: End→Ending · LinkClosed→Closed',
      'Closed: ',
    ].join('\n'),
  )
})
