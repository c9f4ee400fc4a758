// Serves a front over real sockets on loopback: one port for its HTTP and its WebSockets.
//
// The only importer of uWebSockets.js in this room, and the place where the venue gets its clock
// and its timer. Clients are bounded: one that does not read what it is sent, or does not answer a
// ping, is dropped. A host runs on a process's main thread: an open listener in a worker aborts.
import { readFileSync } from 'node:fs'
import uws from 'uWebSockets.js'
import type { HttpRequest, HttpResponse, TemplatedApp, WebSocket } from 'uWebSockets.js'
import { EngineError } from '#core/engine-error.ts'
import type { Front, FrontConnection, HttpAnswer, HttpCall, HttpReplier } from './front.ts'

const LOOPBACK = '127.0.0.1'
const ADVANCE_EVERY_MS = 5
const BODY_BYTES_MAX = 64 * 1_024
const MESSAGE_BYTES_MAX = 64 * 1_024
/** A client this far behind is cut, as the venue cuts slow readers. */
const BACKPRESSURE_BYTES_MAX = 4 * 1_024 * 1_024
/** A ping every 20 s must be answered within 60 s. */
const IDLE_TIMEOUT_S = 60
const SEND_DROPPED = 2
/** Listen options: the address may be taken over from connections that linger. */
const REUSABLE = 0
/** TCP_LISTEN in /proc/net/tcp. */
const STATE_LISTEN = '0A'

interface SocketData {
  readonly connection: SocketConnection
}

/** Answers an HTTP request that no front handles, such as the admin interface's. */
export type HttpHandler = (call: HttpCall, replier: HttpReplier) => void

export interface HostedServer {
  readonly port: number
  /** Ends the listener and every connection. */
  close(): void
}

/** Wall-clock µs that never go back, however the system's clock is set. */
export function createHostClock(): () => number {
  let lastUs = 0
  return () => {
    lastUs = Math.max(lastUs, Date.now() * 1_000)
    return lastUs
  }
}

/**
 * Serves the front and moves it along until close(). Port 0 takes any free one.
 * @throws EngineError `port_in_use`.
 */
export class FrontHost implements HostedServer {
  readonly port: number
  readonly #app: TemplatedApp
  readonly #front: Front
  readonly #nowUs: () => number
  readonly #connections = new Set<SocketConnection>()
  #timer: NodeJS.Timeout | undefined
  #nextConnectionId = 1

  constructor(front: Front, port: number, nowUs: () => number) {
    this.#front = front
    this.#nowUs = nowUs
    this.#app = uws.App()
    this.#app.ws<SocketData>('/*', {
      maxPayloadLength: MESSAGE_BYTES_MAX,
      maxBackpressure: BACKPRESSURE_BYTES_MAX,
      idleTimeout: IDLE_TIMEOUT_S,
      sendPingsAutomatically: false,
      upgrade: (response, request, context) => {
        const connection = new SocketConnection(this.#nextConnectionId++)
        const refusal = this.#open(connection, request)
        if (refusal !== undefined) {
          writeAnswer(response, refusal)
          return
        }
        response.upgrade(
          { connection },
          request.getHeader('sec-websocket-key'),
          request.getHeader('sec-websocket-protocol'),
          request.getHeader('sec-websocket-extensions'),
          context,
        )
      },
      open: (socket) => {
        const { connection } = socket.getUserData()
        connection.attach(socket)
        this.#connections.add(connection)
      },
      message: (socket, message) => {
        const text = Buffer.from(message).toString('utf8')
        front.message(socket.getUserData().connection, text, nowUs())
      },
      close: (socket) => {
        const { connection } = socket.getUserData()
        connection.detach()
        this.#connections.delete(connection)
        front.closed(connection, nowUs())
      },
    })
    serveHttp(this.#app, (call, replier) => front.http(call, replier, nowUs()))
    this.port = listen(this.#app, port)
    this.#advance()
  }

  get connectionCount(): number {
    return this.#connections.size
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#app.close()
  }

  #open(connection: SocketConnection, request: HttpRequest): HttpAnswer | undefined {
    const header = (name: string): string => request.getHeader(name)
    return this.#front.open(connection, targetOf(request), header, this.#nowUs())
  }

  #advance(): void {
    const nowUs = this.#nowUs()
    this.#front.advance(nowUs)
    const untilNextMs = Math.ceil((this.#front.nextEventUs() - nowUs) / 1_000)
    const delayMs = Math.max(1, Math.min(ADVANCE_EVERY_MS, untilNextMs))
    this.#timer = setTimeout(() => this.#advance(), delayMs)
  }
}

/** A plain HTTP server on loopback. @throws EngineError `port_in_use`. */
export function hostHttp(handler: HttpHandler, port: number): HostedServer {
  const app = uws.App()
  serveHttp(app, handler)
  return { port: listen(app, port), close: () => app.close() }
}

class SocketConnection implements FrontConnection {
  readonly id: number
  #socket: WebSocket<SocketData> | undefined

  constructor(id: number) {
    this.id = id
  }

  attach(socket: WebSocket<SocketData>): void {
    this.#socket = socket
  }

  detach(): void {
    this.#socket = undefined
  }

  send(text: string): void {
    if (this.#socket?.send(text, false) === SEND_DROPPED) this.cut()
  }

  ping(): void {
    this.#socket?.ping()
  }

  close(code: number, reason: string): void {
    this.#socket?.end(code, reason)
  }

  cut(): void {
    this.#socket?.close()
  }
}

/** The way back of one request; silent once the client has gone. */
class SocketReplier implements HttpReplier {
  readonly #response: HttpResponse
  #isOver = false

  constructor(response: HttpResponse) {
    this.#response = response
    response.onAborted(() => {
      this.#isOver = true
    })
  }

  answer(answer: HttpAnswer): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#response.cork(() => writeAnswer(this.#response, answer))
  }

  cut(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#response.close()
  }
}

function serveHttp(app: TemplatedApp, handler: HttpHandler): void {
  app.any('/*', (response, request) => {
    const headers = new Map<string, string>()
    request.forEach((name, value) => headers.set(name, value))
    const head = {
      method: request.getMethod().toUpperCase(),
      target: targetOf(request),
      header: (name: string): string => headers.get(name) ?? '',
    }
    const replier = new SocketReplier(response)
    collectBody(response, (body) => {
      if (body === undefined) replier.answer({ status: 413, headers: [], body: '' })
      else handler({ ...head, body }, replier)
    })
  })
}

/** Calls `done` once with the whole body, or with undefined as soon as it is too long. */
function collectBody(response: HttpResponse, done: (body: string | undefined) => void): void {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  let isDone = false
  response.onData((chunk, isLast) => {
    if (isDone) return
    sizeBytes += chunk.byteLength
    // The chunk is the library's memory and gone after this call.
    chunks.push(Buffer.from(chunk.slice(0)))
    if (!isLast && sizeBytes <= BODY_BYTES_MAX) return
    isDone = true
    done(sizeBytes > BODY_BYTES_MAX ? undefined : Buffer.concat(chunks).toString('utf8'))
  })
}

function writeAnswer(response: HttpResponse, answer: HttpAnswer): void {
  response.writeStatus(statusLine(answer.status))
  for (const [name, value] of answer.headers) response.writeHeader(name, value)
  response.end(answer.body)
}

const STATUS_TEXTS: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Payload Too Large',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
}

const statusLine = (status: number): string => `${status} ${STATUS_TEXTS[status] ?? 'Unknown'}`

function targetOf(request: HttpRequest): string {
  // Without a question mark the library gives undefined, with nothing behind it ''.
  const query: string | undefined = request.getQuery()
  return query === undefined || query === '' ? request.getUrl() : `${request.getUrl()}?${query}`
}

/**
 * Binds to the port, or to a free one for 0.
 *
 * A venue that was killed must get its port back although its old connections linger in the
 * kernel. That takes reusable listeners in both lives, which the library makes only for a port
 * that was named; and as such listeners would share a port silently, whoever listens is looked up.
 */
function listen(app: TemplatedApp, port: number): number {
  const wanted = port === 0 ? freePort() : port
  const bound = isListening(wanted) ? 0 : listenOn(app, wanted, REUSABLE)
  if (bound !== 0) return bound
  throw new EngineError(
    'port_in_use',
    `port ${wanted} on ${LOOPBACK} is taken by another program; end it or remove the venue's state`,
    'fatal',
  )
}

function freePort(): number {
  const probe = uws.App()
  const port = listenOn(probe, 0, uws.LIBUS_LISTEN_EXCLUSIVE_PORT)
  probe.close()
  return port
}

/** The bound port, 0 when it could not be had; the library calls back before it returns. */
function listenOn(app: TemplatedApp, port: number, options: number): number {
  let bound = 0
  app.listen(LOOPBACK, port, options, (socket) => {
    if (socket !== false) bound = uws.us_socket_local_port(socket)
  })
  return bound
}

/** Whether any process listens on the port, as the kernel's table of sockets says. */
function isListening(port: number): boolean {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0')
  const rows = readFileSync('/proc/net/tcp', 'utf8').split('\n')
  return rows.some((row) => {
    const [, local, , state] = row.trim().split(/\s+/)
    return state === STATE_LISTEN && local?.endsWith(`:${hexPort}`) === true
  })
}
