// The market-stream door: `/ws`, `/ws/<s1>/<s2>`, `/stream?streams=…`, and the control messages
// that change subscriptions on a live socket.
//
// More than five inbound messages in a second end the connection, as the venue's documents say.
import { US_PER_S } from '#core/units.ts'
import type { FrontConnection } from '#sim/front.ts'
import type { StreamListener, StreamTopics } from './stream-topics.ts'
import type { Stamp } from './wire-text.ts'
import { isRequestId } from './ws-api-door.ts'

const MESSAGES_PER_SECOND_MAX = 5
const STREAMS_MAX = 1_024
const POLICY_VIOLATION = 1_008

export interface StreamSession extends StreamListener {
  windowStartUs: number
  messagesInWindow: number
}

interface StreamRequest {
  readonly method: unknown
  readonly params: unknown
  readonly id: unknown
}

/** `onSubscribed` hears of each subscription, so that a first event can follow at once. */
export class StreamDoor {
  readonly #topics: StreamTopics
  readonly #onSubscribed: (name: string) => void

  constructor(topics: StreamTopics, onSubscribed: (name: string) => void) {
    this.#topics = topics
    this.#onSubscribed = onSubscribed
  }

  open(
    connection: FrontConnection,
    names: readonly string[],
    options: { readonly isCombined: boolean; readonly stamp: Stamp },
  ): StreamSession {
    const session: StreamSession = {
      connection,
      stamp: options.stamp,
      isCombined: options.isCombined,
      names: new Set(),
      windowStartUs: 0,
      messagesInWindow: 0,
    }
    for (const name of names) this.#subscribe(session, name)
    return session
  }

  handle(session: StreamSession, text: string, nowUs: number): void {
    if (isFlooding(session, nowUs)) {
      session.connection.close(POLICY_VIOLATION, 'Too many requests')
      return
    }
    const request = parse(text)
    if (request === undefined) {
      this.#refuse(session, 3, 'Invalid JSON: expected value at line 1 column 1')
      return
    }
    const { id } = request
    if (!isRequestId(id)) {
      this.#refuse(session, 2, 'Invalid request: request ID must be an unsigned integer or string')
      return
    }
    const result = this.#run(session, request)
    if (typeof result === 'string') this.#refuse(session, 2, result, id)
    else session.connection.send(JSON.stringify({ result: result.value, id: id ?? null }))
  }

  /** The result, or the text of the refusal. */
  #run(session: StreamSession, request: StreamRequest): { readonly value: unknown } | string {
    const { method, params } = request
    switch (method) {
      case 'LIST_SUBSCRIPTIONS':
        return { value: [...session.names] }
      case 'GET_PROPERTY':
        return { value: session.isCombined }
      case 'SET_PROPERTY':
        return setProperty(session, params)
      case 'SUBSCRIBE':
      case 'UNSUBSCRIBE':
        return this.#change(session, method, params)
      default:
        return `Invalid request: unknown variant \`${String(method)}\``
    }
  }

  #change(session: StreamSession, method: string, params: unknown): { value: null } | string {
    if (!isNameList(params)) return 'Invalid request: params must be a list of stream names'
    if (method === 'SUBSCRIBE' && session.names.size + params.length > STREAMS_MAX) {
      return 'Invalid request: too many streams'
    }
    for (const name of params) {
      if (method === 'SUBSCRIBE') this.#subscribe(session, name)
      else this.#topics.unsubscribe(session, name)
    }
    return { value: null }
  }

  #subscribe(session: StreamSession, name: string): void {
    this.#topics.subscribe(session, name)
    this.#onSubscribed(name)
  }

  #refuse(session: StreamSession, code: number, msg: string, id?: unknown): void {
    const body = id === undefined ? { code, msg } : { code, msg, id }
    session.connection.send(JSON.stringify(body))
  }
}

function isFlooding(session: StreamSession, nowUs: number): boolean {
  if (nowUs - session.windowStartUs >= US_PER_S) {
    session.windowStartUs = nowUs
    session.messagesInWindow = 0
  }
  return ++session.messagesInWindow > MESSAGES_PER_SECOND_MAX
}

function setProperty(session: StreamSession, params: unknown): { value: null } | string {
  if (!Array.isArray(params) || params[0] !== 'combined' || typeof params[1] !== 'boolean') {
    return 'Invalid request: unknown property'
  }
  session.isCombined = params[1]
  return { value: null }
}

function isNameList(params: unknown): params is readonly string[] {
  return Array.isArray(params) && params.every((name) => typeof name === 'string')
}

function parse(text: string): StreamRequest | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined
    return { method: undefined, params: undefined, id: undefined, ...parsed }
  } catch {
    return undefined
  }
}
