// The thread that hosts the control API on loopback: uWebSockets.js outside, rings inside.
// It decides nothing: control-api.ts maps requests, the engine answers commands.
//
// A listener that is open when its thread ends aborts the whole process (SIGABRT), so this thread
// ends in one way only: told to stop, it closes the app and then its port; the host awaits the end.
import { createHash, timingSafeEqual } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import uws, { type HttpRequest, type HttpResponse } from 'uWebSockets.js'
import { assert } from '#core/assert.ts'
import { Outcome } from '#core/outcome.ts'
import { ARGUMENT_BYTES_MAX, CommandClient } from './command-queue.ts'
import { answerFromReply, answerRequest, refusal } from './control-api.ts'
import type { ApiAnswer, ApiCommand } from './control-api.ts'
import { STOP, type ControlMessage, type ControlWorkerData } from './control-messages.ts'
import { StatusReader } from './status-view.ts'

/** How often answers are looked for while a client waits for one. */
const REPLY_POLL_MS = 1
/** The engine takes commands every turn; silence this long means that it is stuck or stopping. */
const REPLY_TIMEOUT_MS = 5_000

const STATUS_TEXTS: Readonly<Record<number, string>> = {
  200: '200 OK',
  400: '400 Bad Request',
  401: '401 Unauthorized',
  404: '404 Not Found',
  409: '409 Conflict',
  413: '413 Payload Too Large',
  503: '503 Service Unavailable',
  504: '504 Gateway Timeout',
}

const data: ControlWorkerData = workerData
const tokenDigest = digest(`Bearer ${data.token}`)
const client = new CommandClient(data.rings)
const status = new StatusReader(data.status)

/** Clients that wait for the engine, by request id. */
const waiting = new Map<number, { readonly exchange: Exchange; readonly deadlineMs: number }>()
let requestCount = 0

/** One answer to one request, unless its client has gone. */
class Exchange {
  readonly #response: HttpResponse
  #isOver = false

  constructor(response: HttpResponse) {
    this.#response = response
    response.onAborted(() => {
      this.#isOver = true
    })
  }

  answer({ status: code, body }: ApiAnswer): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#response.cork(() => {
      this.#response.writeStatus(STATUS_TEXTS[code] ?? `${code}`)
      this.#response.writeHeader('content-type', 'application/json')
      this.#response.end(body)
    })
  }
}

const app = uws.App().any('/*', onRequest)
app.listen('127.0.0.1', data.port, uws.LIBUS_LISTEN_EXCLUSIVE_PORT, (socket) => {
  if (socket === false) {
    tell({ kind: 'port_in_use' })
    end()
  } else {
    tell({ kind: 'listening', port: uws.us_socket_local_port(socket) })
  }
})
hostPort().on('message', (message: unknown) => {
  if (message === STOP) end()
})

function onRequest(response: HttpResponse, request: HttpRequest): void {
  const exchange = new Exchange(response)
  const method = request.getMethod().toUpperCase()
  const path = request.getUrl()
  if (!timingSafeEqual(digest(request.getHeader('authorization')), tokenDigest)) {
    const fix = 'send "authorization: Bearer TOKEN" with the token of control.json'
    exchange.answer(refusal(401, 'unauthorized', fix))
    return
  }
  const chunks: Buffer[] = []
  let sizeBytes = 0
  response.onData((chunk, isLast) => {
    sizeBytes += chunk.byteLength
    // The chunk is the socket's own memory, gone after this call: a buffer of a buffer copies.
    if (sizeBytes <= ARGUMENT_BYTES_MAX) chunks.push(Buffer.from(Buffer.from(chunk)))
    if (!isLast) return
    if (sizeBytes > ARGUMENT_BYTES_MAX) {
      const limit = `a body is at most ${ARGUMENT_BYTES_MAX} bytes`
      exchange.answer(refusal(413, 'too_large', limit))
      return
    }
    const body = Buffer.concat(chunks).toString()
    const answer = answerRequest({ method, path, body }, status.read())
    if ('status' in answer) exchange.answer(answer)
    else sendCommand(answer, exchange)
  })
}

function sendCommand(command: ApiCommand, exchange: Exchange): void {
  const requestId = ++requestCount
  const outcome = client.send({ ...command, requestId })
  if (outcome !== Outcome.Ok) {
    const text = 'the engine has too many commands waiting; nothing was queued, try again'
    exchange.answer(refusal(503, 'busy', text))
    return
  }
  if (waiting.size === 0) setTimeout(pollReplies, REPLY_POLL_MS)
  waiting.set(requestId, { exchange, deadlineMs: performance.now() + REPLY_TIMEOUT_MS })
}

function pollReplies(): void {
  for (let reply = client.takeReply(); reply !== null; reply = client.takeReply()) {
    waiting.get(reply.requestId)?.exchange.answer(answerFromReply(reply))
    waiting.delete(reply.requestId)
  }
  const nowMs = performance.now()
  for (const [requestId, { exchange, deadlineMs }] of waiting) {
    if (nowMs < deadlineMs) break
    const text = 'the engine did not answer in time; it may still carry the command out'
    exchange.answer(refusal(504, 'no_answer', text))
    waiting.delete(requestId)
  }
  if (waiting.size > 0) setTimeout(pollReplies, REPLY_POLL_MS)
}

/** Closes every socket first; the thread then has nothing left to do and ends. */
function end(): void {
  waiting.clear()
  app.close()
  hostPort().close()
}

function tell(message: ControlMessage): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- no window here
  hostPort().postMessage(message)
}

function hostPort(): NonNullable<typeof parentPort> {
  assert(parentPort !== null, 'the control API lives in a worker thread')
  return parentPort
}

/** Digests have one length, so that comparing them tells nothing about the token. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
