// The WebSocket API door: envelopes with id, status, result and rate limits; sessions by Ed25519
// logon; private events on the same socket.
//
// Requests on one socket are independent: each is answered under its own id, in the order the
// venue finishes them. Methods that concern the socket itself live here, all others are shared
// with REST.
import type { FrontConnection } from '#sim/front.ts'
import type { Call, Method, VenueState } from './method.ts'
import { parametersOfObject } from './parameters.ts'
import type { Parameters } from './parameters.ts'
import type { RequestOutcome, RequestRunner } from './request-runner.ts'
import { requireFresh, requireSignature, webSocketPayload } from './request-signature.ts'
import type { KeyTable } from './request-signature.ts'
import { streamTerminated } from './user-events.ts'
import type { UserStreams } from './user-streams.ts'
import { VenueError, missingParameter } from './venue-error.ts'
import type { Stamp } from './wire-text.ts'

export interface ApiSession {
  readonly connection: FrontConnection
  readonly stamp: Stamp
  readonly connectedUs: number
  readonly returnsRateLimits: boolean
  /** '' before session.logon. */
  account: string
  key: string
  authorizedUs: number
  nextSubscriptionId: number
}

export interface ApiServices {
  readonly state: VenueState
  readonly keys: KeyTable
  readonly runner: RequestRunner
  readonly userStreams: UserStreams
  readonly methods: readonly Method[]
}

type SessionMethod = (session: ApiSession, params: Parameters, nowUs: number) => unknown
type RequestId = string | number | null

const REQUEST_ID = /^[a-zA-Z0-9-_]{1,36}$/

interface ApiRequest {
  readonly id: RequestId
  readonly method: string
  readonly params: Parameters
}

export class WsApiDoor {
  readonly #services: ApiServices
  readonly #methods = new Map<string, Method>()
  readonly #sessionMethods: ReadonlyMap<string, SessionMethod>

  constructor(services: ApiServices) {
    this.#services = services
    for (const one of services.methods) if (one.ws !== '') this.#methods.set(one.ws, one)
    this.#sessionMethods = new Map<string, SessionMethod>([
      ['session.logon', (session, params, nowUs) => this.#logon(session, params, nowUs)],
      ['session.status', (session, _params, nowUs) => this.#status(session, nowUs)],
      ['session.logout', (session, _params, nowUs) => this.#logout(session, nowUs)],
      ['session.subscriptions', (session) => this.#subscriptions(session)],
      ['userDataStream.subscribe', (session) => this.#subscribe(session)],
      [
        'userDataStream.subscribe.signature',
        (session, params, nowUs) => this.#subscribeSigned(session, params, nowUs),
      ],
      [
        'userDataStream.unsubscribe',
        (session, params, nowUs) => this.#unsubscribe(session, params, nowUs),
      ],
    ])
  }

  handle(session: ApiSession, text: string, nowUs: number): void {
    const request = parseRequest(text)
    if (request instanceof VenueError) {
      this.#reply(session, { id: null, outcome: { kind: 'error', error: request }, nowUs })
      return
    }
    const control = this.#sessionMethods.get(request.method)
    if (control !== undefined) {
      this.#control(session, request, control, nowUs)
      return
    }
    const method = this.#methods.get(request.method)
    if (method === undefined) {
      const error = new VenueError(-1020, 'This operation is not supported.')
      this.#reply(session, { id: request.id, outcome: { kind: 'error', error }, nowUs })
      return
    }
    this.#request(session, request, method, nowUs)
  }

  #request(session: ApiSession, request: ApiRequest, method: Method, nowUs: number): void {
    const { id, params } = request
    let account = ''
    const authenticate = (): Call => {
      account = method.isSigned ? this.#authenticate(session, params, nowUs) : ''
      return { params, account, nowUs, stamp: session.stamp }
    }
    this.#services.runner.run(
      method,
      authenticate,
      {
        answer: (outcome, answeredUs) =>
          this.#reply(session, { id, outcome, params, method, account, nowUs: answeredUs }),
        cut: () => session.connection.cut(),
      },
      nowUs,
    )
  }

  #control(session: ApiSession, request: ApiRequest, run: SessionMethod, nowUs: number): void {
    const { id, params } = request
    const outcome = this.#controlOutcome(session, params, run, nowUs)
    this.#reply(session, { id, outcome, params, nowUs })
  }

  #controlOutcome(
    session: ApiSession,
    params: Parameters,
    run: SessionMethod,
    nowUs: number,
  ): RequestOutcome {
    try {
      this.#services.state.limits.spendWeight(2, nowUs)
      return { kind: 'result', result: run(session, params, nowUs) }
    } catch (thrown) {
      if (!(thrown instanceof VenueError)) throw thrown
      return { kind: 'error', error: thrown }
    }
  }

  /** The account of a signed request: by its own key, else by the session's logon. */
  #authenticate(session: ApiSession, params: Parameters, nowUs: number): string {
    const venueUs = nowUs + this.#services.state.clock.offsetUs
    if (!params.has('apiKey') && session.account !== '') {
      requireFresh(params, venueUs)
      return session.account
    }
    const holder = this.#services.keys.holder(params.text('apiKey'))
    params.text('timestamp')
    requireSignature(holder, webSocketPayload(params), params.text('signature'))
    requireFresh(params, venueUs)
    return holder.account
  }

  #logon(session: ApiSession, params: Parameters, nowUs: number): object {
    const key = params.text('apiKey')
    if (this.#services.keys.holder(key).kind !== 'ed25519') {
      throw new VenueError(-4056, 'HMAC_SHA256 API key is not supported.')
    }
    session.account = this.#authenticate(session, params, nowUs)
    session.key = key
    session.authorizedUs = nowUs
    return this.#status(session, nowUs)
  }

  #logout(session: ApiSession, nowUs: number): object {
    session.account = ''
    session.key = ''
    return this.#status(session, nowUs)
  }

  #status(session: ApiSession, nowUs: number): object {
    const isLoggedOn = session.account !== ''
    return {
      apiKey: isLoggedOn ? session.key : null,
      authorizedSince: isLoggedOn ? session.stamp(session.authorizedUs) : null,
      connectedSince: session.stamp(session.connectedUs),
      returnRateLimits: session.returnsRateLimits,
      serverTime: session.stamp(nowUs),
      userDataStream: this.#services.userStreams.of(session.connection).length > 0,
    }
  }

  #subscriptions(session: ApiSession): object {
    const open = this.#services.userStreams.of(session.connection)
    return open.map((one) => ({ subscriptionId: one.subscriptionId }))
  }

  #subscribe(session: ApiSession): object {
    if (session.account === '') throw missingParameter('apiKey')
    return this.#addSubscription(session, session.account)
  }

  #subscribeSigned(session: ApiSession, params: Parameters, nowUs: number): object {
    params.text('apiKey')
    return this.#addSubscription(session, this.#authenticate(session, params, nowUs))
  }

  #addSubscription(session: ApiSession, account: string): object {
    const { userStreams } = this.#services
    const { connection, stamp } = session
    if (userStreams.of(connection).some((one) => one.account === account)) {
      throw new VenueError(-2035, 'User Data Stream subscription already active.')
    }
    const subscriptionId = session.nextSubscriptionId++
    userStreams.add({ account, connection, subscriptionId, stamp })
    return { subscriptionId }
  }

  #unsubscribe(session: ApiSession, params: Parameters, nowUs: number): object {
    const { userStreams } = this.#services
    const wanted = params.optionalInteger('subscriptionId')
    const open = userStreams.of(session.connection)
    const ending = open.filter((one) => wanted === undefined || one.subscriptionId === wanted)
    if (ending.length === 0) {
      throw new VenueError(-2036, 'User Data Stream subscription not active.')
    }
    for (const one of ending) {
      userStreams.remove(one)
      userStreams.send(one, streamTerminated(nowUs))
    }
    return {}
  }

  #reply(session: ApiSession, reply: ApiReply): void {
    const { id, outcome } = reply
    const limits = this.#rateLimits(session, reply)
    if (outcome.kind === 'result') {
      const { result } = outcome
      session.connection.send(JSON.stringify({ id, status: 200, result, ...limits }))
      return
    }
    const { error } = outcome
    const envelope = { id, status: error.status, error: this.#errorBody(error, reply), ...limits }
    session.connection.send(JSON.stringify(envelope))
  }

  #errorBody(error: VenueError, reply: ApiReply): object {
    const body = { code: error.code, msg: error.message, data: error.data }
    if (error.retryAtUs === 0) return body
    const { clock } = this.#services.state
    const data = { serverTime: clock.ms(reply.nowUs), retryAfter: clock.ms(error.retryAtUs) }
    return { ...body, data }
  }

  #rateLimits(session: ApiSession, reply: ApiReply): { rateLimits?: readonly object[] } {
    if (!wantsRateLimits(session, reply.params)) return {}
    const { limits } = this.#services.state
    const weight = limits.weightRow(reply.nowUs)
    const countsOrders = reply.method?.kind === 'place' && (reply.account ?? '') !== ''
    if (!countsOrders) return { rateLimits: [weight] }
    return { rateLimits: [...limits.orderRows(reply.account ?? '', reply.nowUs), weight] }
  }
}

interface ApiReply {
  readonly id: RequestId
  readonly outcome: RequestOutcome
  readonly nowUs: number
  readonly params?: Parameters
  readonly method?: Method
  readonly account?: string
}

function wantsRateLimits(session: ApiSession, params: Parameters | undefined): boolean {
  if (params?.has('returnRateLimits') !== true) return session.returnsRateLimits
  return params.optional('returnRateLimits') !== 'false'
}

function parseRequest(text: string): ApiRequest | VenueError {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return new VenueError(-1135, 'Invalid JSON Request')
  }
  if (!isRecord(parsed)) return new VenueError(-1135, 'Invalid JSON Request')
  const { id, method, params } = parsed
  if (!isRequestId(id)) return new VenueError(-1135, "Invalid 'id' in JSON request")
  if (typeof method !== 'string') return new VenueError(-1135, "Invalid 'method' in JSON request")
  if (params !== undefined && !isRecord(params)) {
    return new VenueError(-1135, "Invalid 'params' in JSON request; expected an object.")
  }
  return { id: id ?? null, method, params: parametersOfObject(params ?? {}) }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isRequestId(id: unknown): id is RequestId | undefined {
  if (id === undefined || id === null) return true
  if (typeof id === 'string') return REQUEST_ID.test(id)
  return typeof id === 'number' && Number.isSafeInteger(id)
}
