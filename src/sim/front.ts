// What an embedded venue looks like to whoever serves it: bytes are somebody else's work.
//
// A front is told of requests, connections and the time, and answers through the objects it was
// handed. Hosts (sockets, memory links) own framing and clocks; a front owns the venue's protocol.
// It deliberately knows no socket, no timer and no file.
import type { FaultProfile } from './fault-plan.ts'

/** One HTTP request as it stood on the wire. */
export interface HttpCall {
  readonly method: string
  /** Path with query, still percent-encoded. */
  readonly target: string
  readonly body: string
  /** By lower-case name; '' when absent. */
  header(name: string): string
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
}

/** The way back of one request: answered exactly once, at once or in a later advance(). */
export interface HttpReplier {
  answer(answer: HttpAnswer): void
  /** Ends the connection without an answer, as a venue that died would. */
  cut(): void
}

/** One WebSocket as a front sees it. Calls on a connection that is gone are ignored. */
export interface FrontConnection {
  /** Unique for the life of the host. */
  readonly id: number
  send(text: string): void
  ping(): void
  /** Close handshake with an RFC 6455 code. */
  close(code: number, reason: string): void
  /** Drops the link without a close frame. */
  cut(): void
}

/** Reads a header of an upgrade request by lower-case name; '' when absent. */
export type HeaderReader = (name: string) => string

/** Switches that a test or an operator throws over the admin interface. */
export type FrontCommand =
  | { readonly name: 'clock_offset'; readonly ms: number }
  | { readonly name: 'halt'; readonly symbol: string; readonly halted: boolean }
  | { readonly name: 'disconnect' }
  | { readonly name: 'shutdown_notice' }
  | { readonly name: 'latency'; readonly ms: number }
  | { readonly name: 'silence'; readonly silent: boolean }
  | { readonly name: 'maintenance'; readonly on: boolean }
  /** Every request is refused for so long: 429 says slow down, 418 that one did not. */
  | { readonly name: 'ban'; readonly status: 418 | 429; readonly ms: number }
  | { readonly name: 'faults'; readonly profile: FaultProfile; readonly seed: number }

/** Times are wall-clock µs of the host and never go back. */
export interface Front {
  /** Venue market: `binance_spot`. */
  readonly name: string
  http(call: HttpCall, replier: HttpReplier, nowUs: number): void
  /** Undefined accepts the upgrade; an answer refuses it. Nothing is sent from inside. */
  open(
    connection: FrontConnection,
    target: string,
    header: HeaderReader,
    nowUs: number,
  ): HttpAnswer | undefined
  message(connection: FrontConnection, text: string, nowUs: number): void
  closed(connection: FrontConnection, nowUs: number): void
  /** Does everything that is due: market, streams, late answers, pings. */
  advance(nowUs: number): void
  /** When advance() next has something to do, µs. */
  nextEventUs(): number
  command(command: FrontCommand, nowUs: number): void
}
