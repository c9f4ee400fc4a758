// One keep-alive HTTP/1.1 connection with at most one request in flight: never pipelined, so that
// a lost connection leaves one request unknown and not a queue of them.
import { assert } from '#core/assert.ts'
import { Outcome } from '#core/outcome.ts'
import { TransitionTable } from '#core/transitions.ts'
import type { MonoNs } from '#core/units.ts'
import type { ByteLink, Dialer, LinkAddress, LinkClose } from './byte-link.ts'
import { HttpMessageReader } from './http-message.ts'
import { ReceiveRegion } from './receive-region.ts'

export const ConnectionState = { Dialing: 0, Free: 1, Busy: 2, Ending: 3, Closed: 4 } as const
export type ConnectionState = (typeof ConnectionState)[keyof typeof ConnectionState]

const ConnectionEvent = { LinkOpened: 0, Sent: 1, Answered: 2, End: 3, LinkClosed: 4 } as const

const S = ConnectionState
const E = ConnectionEvent

export const connectionTransitions = new TransitionTable(
  'http connection',
  ConnectionState,
  ConnectionEvent,
  [
    [S.Dialing, E.LinkOpened, S.Free],
    [S.Dialing, E.End, S.Ending], // not accepted in time
    [S.Dialing, E.LinkClosed, S.Closed], // refused
    [S.Free, E.Sent, S.Busy],
    [S.Free, E.End, S.Ending], // the server said something nobody asked for
    [S.Free, E.LinkClosed, S.Closed], // the server's idle limit
    [S.Busy, E.Answered, S.Free],
    [S.Busy, E.End, S.Ending], // the deadline passed, or the answer is no HTTP
    [S.Busy, E.LinkClosed, S.Closed], // unknown whether the request was acted on
    [S.Ending, E.End, S.Ending],
    [S.Ending, E.LinkClosed, S.Closed],
  ],
)

export interface HttpConnectionOwner {
  /** The connection may take a request. */
  connectionFree(connection: HttpConnection, nowNs: MonoNs): void
  /** The whole answer to the request in flight stands in `answer`, during the call only. */
  connectionAnswered(connection: HttpConnection, answer: HttpMessageReader, nowNs: MonoNs): void
  /** `wasOpen` is false when the server never accepted the connection. */
  connectionClosed(
    connection: HttpConnection,
    wasOpen: boolean,
    detail: string,
    nowNs: MonoNs,
  ): void
}

const encoder = new TextEncoder()
const REGION_BYTES = 262_144

export class HttpConnection {
  readonly #owner: HttpConnectionOwner
  readonly #answer: HttpMessageReader
  readonly #link: ByteLink
  #state: ConnectionState = ConnectionState.Dialing
  #wasOpen = false
  #dropReason = ''

  constructor(
    dialer: Dialer,
    address: LinkAddress,
    bodyBytesMax: number,
    owner: HttpConnectionOwner,
  ) {
    this.#owner = owner
    this.#answer = new HttpMessageReader('response', bodyBytesMax)
    const region = new ReceiveRegion(new Uint8Array(REGION_BYTES))
    this.#link = dialer.dial(address, region, {
      onOpen: (nowNs) => this.#linkOpened(nowNs),
      onBytes: (_region, nowNs) => {
        this.#linkBytes(region, nowNs)
        return false
      },
      onClosed: (reason, detail, nowNs) => this.#linkClosed(reason, detail, nowNs),
    })
  }

  get state(): ConnectionState {
    return this.#state
  }

  /** Ok, or not one byte was sent and the connection is of no more use. */
  send(request: string): Outcome {
    assert(this.#state === ConnectionState.Free, 'one request in flight on a connection')
    const link = this.#link
    // Nearly every request fits the link's own buffer: no bytes of its own are made then.
    const { read, written } = encoder.encodeInto(request, link.out)
    const isWhole = read === request.length
    const outcome = isWhole ? link.send(written) : link.write(Buffer.from(request, 'utf8'))
    if (outcome === Outcome.Ok) this.#step(ConnectionEvent.Sent)
    else this.drop('the connection takes no more requests')
    return outcome
  }

  /** Gives the connection up; connectionClosed follows and says why. */
  drop(why: string): void {
    if (!connectionTransitions.allows(this.#state, ConnectionEvent.End)) return
    this.#dropReason ||= why
    this.#step(ConnectionEvent.End)
    this.#link.abort()
  }

  #linkOpened(nowNs: MonoNs): void {
    if (this.#state !== ConnectionState.Dialing) return
    this.#step(ConnectionEvent.LinkOpened)
    this.#wasOpen = true
    this.#owner.connectionFree(this, nowNs)
  }

  #linkBytes(region: ReceiveRegion, nowNs: MonoNs): void {
    if (this.#state !== ConnectionState.Busy) return this.drop('bytes that nobody asked for')
    const answer = this.#answer
    const state = answer.read(region)
    if (state === 'refused') return this.drop(answer.refusal)
    if (state !== 'complete') return
    const isReusable = answer.isKeepAlive && region.readOffset === region.writeOffset
    this.#step(isReusable ? ConnectionEvent.Answered : ConnectionEvent.End)
    if (!isReusable) this.#link.close()
    this.#owner.connectionAnswered(this, answer, nowNs)
    answer.begin()
    if (this.state === ConnectionState.Free) this.#owner.connectionFree(this, nowNs)
  }

  #linkClosed(_reason: LinkClose, detail: string, nowNs: MonoNs): void {
    const wasBusy = this.#state === ConnectionState.Busy
    this.#step(ConnectionEvent.LinkClosed)
    // An answer without a length ends with the stream.
    if (wasBusy && this.#answer.end() === 'complete') {
      this.#owner.connectionAnswered(this, this.#answer, nowNs)
    }
    this.#owner.connectionClosed(this, this.#wasOpen, this.#dropReason || detail, nowNs)
  }

  #step(event: number): void {
    const next = connectionTransitions.next(this.#state, event)
    assert(next >= 0, 'an http connection left its table')
    this.#state = next as ConnectionState
  }
}
