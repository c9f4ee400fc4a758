// Where Binance spot is reached and how a request is signed.
// REST signs the percent-encoded query as sent; the WS API signs the sorted parameters as they
// stand in the JSON, unencoded. Source: Binance spot REST and WebSocket API documents, 2026-07-21.
import { EngineError } from '#core/engine-error.ts'
import { MESSAGE_BYTES_MAX } from '#core/limits.ts'
import { NS_PER_MS, NS_PER_S } from '#core/units.ts'
import type { LinkAddress } from '#wire/byte-link.ts'
import type { ConnectionOptions } from '#wire/connection-life.ts'
import type { Signer } from '#wire/signatures.ts'
import type { VenueUrls } from '#venue/venue.ts'

export const MARKET_NAME = 'binance_spot'
export const EXCHANGE_NAME = 'binance'

export const BINANCE_SPOT_URLS: VenueUrls = {
  rest: 'https://api.binance.com',
  ws: 'wss://stream.binance.com:9443',
  ws_api: 'wss://ws-api.binance.com:443/ws-api/v3',
}

/** How long after its timestamp a request is good. Tight: it is a guard against stale orders. */
export const RECEIVE_WINDOW_MS = 2_000
/** The venue also accepts timestamps up to this much ahead of its own clock. */
export const TIMESTAMP_AHEAD_MS = 1_000

export interface Endpoint {
  readonly address: LinkAddress
  /** Value of the Host header. */
  readonly host: string
  /** Path of the base URL, without a trailing slash. */
  readonly path: string
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  'http:': 80,
  'ws:': 80,
  'https:': 443,
  'wss:': 443,
}

/** @throws EngineError `bad_url`, naming the key of the configuration. */
export function endpointOf(url: string, key: keyof VenueUrls): Endpoint {
  const parsed = URL.canParse(url) ? new URL(url) : null
  const defaultPort = parsed === null ? undefined : DEFAULT_PORTS[parsed.protocol]
  const isWeb =
    key === 'rest' ? parsed?.protocol.startsWith('http') : parsed?.protocol.startsWith('ws')
  if (parsed === null || defaultPort === undefined || isWeb !== true) {
    const example = BINANCE_SPOT_URLS[key]
    throw new EngineError(
      'bad_url',
      `${MARKET_NAME} ${key}: "${url}" is no such URL; e.g. ${example}`,
    )
  }
  const tls = defaultPort === 443
  const port = parsed.port === '' ? defaultPort : Number(parsed.port)
  const host = parsed.hostname.replace(/^\[(.*)\]$/, '$1')
  return {
    address: { host, port, tls },
    host: parsed.host,
    path: parsed.pathname.replace(/\/+$/, ''),
  }
}

const ROTATE_AFTER_NS = 23 * 3_600 * NS_PER_S

/**
 * A WebSocket of this venue: it is pinged by the venue every 20 s and cut after 24 h, so that
 * silence is suspicious early and a replacement comes an hour before the cut.
 * `pathOf` gives what follows the base URL's path, anew for each dial.
 */
export function connectionOptions(
  name: string,
  endpoint: Endpoint,
  pathOf: () => string,
): ConnectionOptions {
  return {
    name,
    socket: () => ({
      address: endpoint.address,
      path: `${endpoint.path}${pathOf()}` || '/',
      pingAfterNs: 5 * NS_PER_S,
      silenceMaxNs: 10 * NS_PER_S,
      connectTimeoutNs: 10 * NS_PER_S,
      messageBytesMax: MESSAGE_BYTES_MAX,
    }),
    readyTimeoutNs: 15 * NS_PER_S,
    rotateAfterNs: ROTATE_AFTER_NS,
    backoffFirstNs: 250 * NS_PER_MS,
    backoffMaxNs: 30 * NS_PER_S,
  }
}

export type RequestParams = Readonly<Record<string, string | number>>

/** `path?a=1&b=%22x%22`: names in the order given, values percent-encoded. */
export function targetOf(path: string, params: RequestParams): string {
  const query = queryOf(params)
  return query === '' ? path : `${path}?${query}`
}

/** The same with `&signature=…` over the encoded query. */
export function signedTarget(path: string, params: RequestParams, signer: Signer): string {
  const query = queryOf(params)
  return `${path}?${query}&signature=${encodeURIComponent(signer.sign(query))}`
}

/** What the WS API signs: every parameter but the signature, sorted by name, not encoded. */
export function signedPayload(params: RequestParams): string {
  return Object.keys(params)
    .toSorted()
    .map((name) => `${name}=${params[name]}`)
    .join('&')
}

/** A WS API request; with `signer` the parameters get their signature. */
export function requestText(
  id: number,
  method: string,
  params: RequestParams,
  signer?: Signer,
): string {
  if (signer === undefined) return JSON.stringify({ id, method, params })
  const signature = signer.sign(signedPayload(params))
  return JSON.stringify({ id, method, params: { ...params, signature } })
}

function queryOf(params: RequestParams): string {
  return Object.entries(params)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')
}
