// The live WebSocket connections: which door each one came through, its pings and its end.
//
// The venue pings every 20 s and ends a connection after 24 h; whether a pong comes back is the
// host's business.
import { US_PER_S } from '#core/units.ts'
import type { FrontConnection } from '#sim/front.ts'
import { splitTarget } from './rest-door.ts'
import type { StreamDoor, StreamSession } from './stream-door.ts'
import type { StreamTopics } from './stream-topics.ts'
import type { UserStreams } from './user-streams.ts'
import type { VenueClock } from './wire-text.ts'
import type { ApiSession, WsApiDoor } from './ws-api-door.ts'

const PING_EVERY_US = 20 * US_PER_S
const LIFE_US = 86_400 * US_PER_S
const GOING_AWAY = 1_001

interface Doors {
  readonly clock: VenueClock
  readonly streams: StreamDoor
  readonly api: WsApiDoor
  readonly topics: StreamTopics
  readonly userStreams: UserStreams
}

interface Entry {
  readonly connection: FrontConnection
  readonly openedUs: number
  nextPingUs: number
  readonly stream: StreamSession | undefined
  readonly api: ApiSession | undefined
}

export class ConnectionTable {
  readonly #doors: Doors
  readonly #entries = new Map<number, Entry>()

  constructor(doors: Doors) {
    this.#doors = doors
  }

  get nextPingUs(): number {
    let nextUs = Infinity
    for (const entry of this.#entries.values()) nextUs = Math.min(nextUs, entry.nextPingUs)
    return nextUs
  }

  /** False for a path that is no door. */
  open(connection: FrontConnection, target: string, nowUs: number): boolean {
    const { path, query } = splitTarget(target)
    const options = new URLSearchParams(query)
    const stamp = this.#doors.clock.stampFor(options.get('timeUnit') ?? '')
    if (path === '/ws-api/v3') {
      const returnsRateLimits = options.get('returnRateLimits') !== 'false'
      this.#add(connection, nowUs, undefined, {
        connection,
        stamp,
        connectedUs: nowUs,
        returnsRateLimits,
        account: '',
        key: '',
        authorizedUs: 0,
        nextSubscriptionId: 0,
      })
      return true
    }
    const names = streamNames(path, options)
    if (names === undefined) return false
    const isCombined = path === '/stream'
    const session = this.#doors.streams.open(connection, names, { isCombined, stamp })
    this.#add(connection, nowUs, session, undefined)
    return true
  }

  message(connection: FrontConnection, text: string, nowUs: number): void {
    const entry = this.#entries.get(connection.id)
    if (entry?.api !== undefined) this.#doors.api.handle(entry.api, text, nowUs)
    else if (entry?.stream !== undefined) this.#doors.streams.handle(entry.stream, text, nowUs)
  }

  closed(connection: FrontConnection): void {
    const entry = this.#entries.get(connection.id)
    if (entry === undefined) return
    this.#entries.delete(connection.id)
    if (entry.stream !== undefined) this.#doors.topics.drop(entry.stream)
    this.#doors.userStreams.drop(connection)
  }

  pingDue(nowUs: number): void {
    for (const entry of this.#entries.values()) {
      if (entry.nextPingUs > nowUs) continue
      entry.nextPingUs = nowUs + PING_EVERY_US
      if (nowUs - entry.openedUs >= LIFE_US) entry.connection.close(GOING_AWAY, 'expired')
      else entry.connection.ping()
    }
  }

  /** Drops every link, as a venue whose gateway died would. */
  cutAll(): void {
    for (const entry of this.#entries.values()) entry.connection.cut()
  }

  /** The last event before a maintenance; connections stay open for the client to move away. */
  announceShutdown(nowUs: number): void {
    for (const { connection, stream, api } of this.#entries.values()) {
      const stamp = (api ?? stream)?.stamp ?? this.#doors.clock.ms
      const event = { e: 'serverShutdown', E: stamp(nowUs) }
      if (api !== undefined) connection.send(JSON.stringify({ event }))
      else if (stream?.isCombined === true) {
        connection.send(JSON.stringify({ stream: '!serverShutdown', data: event }))
      } else connection.send(JSON.stringify(event))
    }
  }

  #add(
    connection: FrontConnection,
    nowUs: number,
    stream: StreamSession | undefined,
    api: ApiSession | undefined,
  ): void {
    const nextPingUs = nowUs + PING_EVERY_US
    this.#entries.set(connection.id, { connection, openedUs: nowUs, nextPingUs, stream, api })
  }
}

/** `/ws`, `/ws/<s1>/<s2>`, `/stream?streams=<s1>/<s2>`; undefined for any other path. */
function streamNames(path: string, options: URLSearchParams): readonly string[] | undefined {
  if (path === '/stream') return splitNames(options.get('streams') ?? '')
  if (path === '/ws' || path === '/ws/') return []
  return path.startsWith('/ws/') ? splitNames(path.slice('/ws/'.length)) : undefined
}

const splitNames = (text: string): readonly string[] => text.split('/').filter((one) => one !== '')
