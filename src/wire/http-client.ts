import type { Outcome } from '#core/outcome.ts'
import type { MonoNs } from '#core/units.ts'
import type { LinkAddress } from './byte-link.ts'
import type { WireContext } from './websocket-session.ts'

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Path with query, already percent-encoded. */
  readonly target: string
  readonly headers?: readonly (readonly [string, string])[]
  readonly body?: string
  /** No answer by then: onFailed with `unknown` when any byte was sent, else `not_sent`. */
  readonly deadlineNs: MonoNs
}

export interface HttpReply {
  readonly status: number
  /** Lower-case names. */
  header(name: string): string | undefined
  /** Valid during the call only. */
  readonly body: Uint8Array
  text(): string
}

/** `not_sent`: the venue cannot have acted. `unknown`: it may have. */
export type HttpFailure = 'not_sent' | 'unknown'

export interface HttpListener {
  onReply(reply: HttpReply, nowNs: MonoNs): void
  onFailed(failure: HttpFailure, detail: string, nowNs: MonoNs): void
}

export interface HttpClientOptions {
  readonly address: LinkAddress
  /** Value of the Host header. */
  readonly host: string
  /** Keep-alive connections; a request never waits behind another on the same one. */
  readonly connectionsMax: number
  readonly bodyBytesMax: number
}

export class HttpClient {
  constructor(_context: WireContext, _options: HttpClientOptions) {
    throw new Error('not built yet')
  }

  /** Ok (the listener is called exactly once, never inside this call) or Full. */
  request(_request: HttpRequest, _listener: HttpListener, _nowNs: MonoNs): Outcome {
    throw new Error('not built yet')
  }

  /** Ends all connections; requests in flight fail. */
  close(_nowNs: MonoNs): void {
    throw new Error('not built yet')
  }
}
