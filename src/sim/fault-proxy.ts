// Stands on the way between an engine and a venue's port and lets the link misbehave as networks
// do: bytes stop, come late, slowly or in pieces, links are cut, dials are turned away.
//
//   engine ──► the proxy's port ──► flow to_venue ──► the venue's port
//          ◄── flow to_engine ◄──
//
// It never invents a byte, loses one of a link that lives, or changes their order: whatever it does
// is what TCP may do to anybody. A half-open link keeps what was sent into it, as a network that is
// out for a while does, and delivers all of it when the trouble has passed: late, not never.
//
// Commands are plain data. They change the weather of every link, those that stand and those to
// come, until 'pass'; a cut befalls the links that stand. What is drawn (where pieces end, after
// which byte a cut falls) comes from the seed.
import { connect, createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { assert, unreachable } from '#core/assert.ts'
import { Prng } from '#core/prng.ts'

export type ProxyDirection = 'to_venue' | 'to_engine'

export type ProxyCommand =
  /** Fair weather: everything goes at once, what was held back first. */
  | { readonly name: 'pass' }
  /** Nothing goes these ways; sockets stay open, nobody is told, not even of an end. */
  | { readonly name: 'half_open'; readonly directions: readonly ProxyDirection[] }
  /** Each byte leaves this late, and no more of them a second. */
  | { readonly name: 'slow'; readonly bytesPerSecond: number; readonly latencyMs: number }
  /** Bytes leave in pieces of 1 to this many, each a write of its own. */
  | { readonly name: 'split'; readonly pieceBytesMax: number }
  /** Who dials is reset. */
  | { readonly name: 'refuse' }
  /** Links end: in the midst of the next `withinBytes`, or at once without it. */
  | { readonly name: 'cut'; readonly how: 'fin' | 'rst'; readonly withinBytes?: number }

/** How every link behaves for the time being. */
interface Weather {
  readonly blocked: readonly ProxyDirection[]
  readonly bytesPerSecond: number
  readonly latencyMs: number
  readonly pieceBytesMax: number
  readonly isRefusing: boolean
}

const FAIR: Weather = {
  blocked: [],
  bytesPerSecond: Infinity,
  latencyMs: 0,
  pieceBytesMax: Infinity,
  isRefusing: false,
}

const LOOPBACK = '127.0.0.1'
/** A flow that holds this much stops reading, so that its sender feels it as a closed window. */
const HELD_BYTES_MAX = 256 * 1024
const MS_PER_S = 1_000
/** A slow link is slow all the while: it does not send a second's bytes at once. */
const PIECES_PER_S = 100

export class FaultProxy {
  readonly #server: Server
  readonly #prng: Prng
  readonly #links = new Set<Link>()
  #weather: Weather = FAIR
  #venuePort = 0
  #linksMade = 0
  #linksCut = 0

  constructor(seed: number) {
    this.#prng = new Prng(seed)
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (engine) => {
      engine.on('error', ignore)
      if (this.#weather.isRefusing) engine.resetAndDestroy()
      else this.#open(engine)
    })
  }

  /** Listens on any free port of loopback. */
  listen(onListening: (port: number) => void): void {
    this.#server.listen(0, LOOPBACK, () => onListening(this.port))
  }

  get port(): number {
    const address = this.#server.address()
    assert(address !== null && typeof address === 'object', 'the proxy listens')
    return address.port
  }

  /** Where links lead that are made from now on. */
  aimAt(venuePort: number): void {
    this.#venuePort = venuePort
  }

  /** Links that stand, half-open ones among them. */
  get linkCount(): number {
    return this.#links.size
  }

  /** Links so far. */
  get linksMade(): number {
    return this.#linksMade
  }

  /** Links that a 'cut' has ended. */
  get linksCut(): number {
    return this.#linksCut
  }

  command(command: ProxyCommand): void {
    if (command.name === 'cut') {
      for (const link of this.#links) link.cut(command.how, this.#drawWithin(command.withinBytes))
      return
    }
    this.#weather = weatherAfter(this.#weather, command)
    for (const link of this.#links) link.weatherChanged()
  }

  /** Ends listener and links. */
  close(): void {
    this.#server.close()
    for (const link of this.#links) link.destroy()
  }

  #open(engine: Socket): void {
    const venue = connect({ port: this.#venuePort, host: LOOPBACK, allowHalfOpen: true })
    venue.setNoDelay(true)
    venue.on('error', ignore)
    this.#linksMade++
    const link = new Link(engine, venue, {
      prng: this.#prng.fork(),
      weather: () => this.#weather,
      onCut: () => {
        this.#linksCut++
      },
      onOver: () => this.#links.delete(link),
    })
    this.#links.add(link)
    link.weatherChanged()
  }

  #drawWithin(withinBytes: number | undefined): number {
    return withinBytes === undefined ? 0 : this.#prng.nextInteger(1, withinBytes)
  }
}

type WeatherCommand = Exclude<ProxyCommand, { name: 'cut' }>

function weatherAfter(before: Weather, command: WeatherCommand): Weather {
  switch (command.name) {
    case 'pass':
      return FAIR
    case 'half_open':
      return { ...before, blocked: command.directions }
    case 'slow':
      assert(command.bytesPerSecond > 0, 'a slow link still moves')
      return {
        ...before,
        bytesPerSecond: command.bytesPerSecond,
        latencyMs: command.latencyMs,
      }
    case 'split':
      assert(command.pieceBytesMax >= 1, 'a piece is at least a byte')
      return { ...before, pieceBytesMax: command.pieceBytesMax }
    case 'refuse':
      return { ...before, isRefusing: true }
    default:
      return unreachable(command)
  }
}

interface LinkParts {
  readonly prng: Prng
  readonly weather: () => Weather
  readonly onCut: () => void
  /** Both sockets have gone. */
  readonly onOver: () => void
}

/** One connection of the engine's and the one to the venue that stands behind it. */
class Link {
  readonly parts: LinkParts
  readonly #engine: Socket
  readonly #venue: Socket
  readonly #flows: readonly Flow[]
  #socketsOpen = 2
  #cutHow: 'fin' | 'rst' = 'fin'
  #bytesUntilCut = Infinity
  /** Ways on which a reset is to be told. */
  readonly #resets = new Map<ProxyDirection, Socket>()

  constructor(engine: Socket, venue: Socket, parts: LinkParts) {
    this.parts = parts
    this.#engine = engine
    this.#venue = venue
    this.#flows = [
      new Flow(this, 'to_venue', engine, venue),
      new Flow(this, 'to_engine', venue, engine),
    ]
    engine.on('close', (isBroken) => this.#closed('to_venue', venue, isBroken))
    venue.on('close', (isBroken) => this.#closed('to_engine', engine, isBroken))
  }

  /** How many bytes may still pass before a cut that has been ordered. */
  get bytesUntilCut(): number {
    return this.#bytesUntilCut
  }

  weatherChanged(): void {
    for (const flow of this.#flows) flow.weatherChanged()
    this.#tellResets()
  }

  passed(sizeBytes: number): void {
    this.#bytesUntilCut -= sizeBytes
    if (this.#bytesUntilCut === 0) this.#cutNow()
  }

  cut(how: 'fin' | 'rst', afterBytes: number): void {
    this.#cutHow = how
    this.#bytesUntilCut = afterBytes
    if (afterBytes === 0) this.#cutNow()
  }

  destroy(): void {
    for (const flow of this.#flows) flow.stop()
    this.#engine.destroy()
    this.#venue.destroy()
  }

  #cutNow(): void {
    this.parts.onCut()
    for (const flow of this.#flows) flow.stop()
    for (const socket of [this.#engine, this.#venue]) {
      if (this.#cutHow === 'rst') socket.resetAndDestroy()
      else socket.destroySoon()
    }
  }

  /** An orderly end has been passed on by the flow; a reset is passed on here. */
  #closed(direction: ProxyDirection, other: Socket, isBroken: boolean): void {
    this.#socketsOpen--
    if (this.#socketsOpen === 0) return this.parts.onOver()
    if (!isBroken) return
    this.#resets.set(direction, other)
    this.#tellResets()
  }

  #tellResets(): void {
    const { blocked } = this.parts.weather()
    for (const [direction, socket] of this.#resets) {
      if (blocked.includes(direction)) continue
      for (const flow of this.#flows) flow.stop()
      socket.resetAndDestroy()
    }
  }
}

interface Held {
  bytes: Buffer
  /** Latency lets it go then. */
  readonly dueMs: number
}

/** One direction of a link: what came in, and when how much of it may go out. */
class Flow {
  readonly #link: Link
  readonly #direction: ProxyDirection
  readonly #from: Socket
  readonly #to: Socket
  readonly #held: Held[] = []
  #heldBytes = 0
  #hasEnded = false
  #isStopped = false
  /** A timer, an immediate or a drain brings the next step. */
  #isWaiting = false
  #timer: NodeJS.Timeout | undefined
  /** The bytes that went take the rate's time until then. */
  #freeAtMs = 0

  constructor(link: Link, direction: ProxyDirection, from: Socket, to: Socket) {
    this.#link = link
    this.#direction = direction
    this.#from = from
    this.#to = to
    from.on('data', (bytes) => this.#hold(bytes))
    from.on('end', () => {
      this.#hasEnded = true
      this.#proceed()
    })
    to.on('drain', () => this.#go())
  }

  /** A blocked flow does not even read: an end or a reset of its sender stays unheard as well. */
  weatherChanged(): void {
    if (this.#isBlocked) this.#from.pause()
    else {
      this.#from.resume()
      this.#go()
    }
  }

  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
  }

  get #isBlocked(): boolean {
    return this.#link.parts.weather().blocked.includes(this.#direction)
  }

  #hold(bytes: Buffer): void {
    const dueMs = performance.now() + this.#link.parts.weather().latencyMs
    this.#held.push({ bytes, dueMs })
    this.#heldBytes += bytes.length
    if (this.#heldBytes >= HELD_BYTES_MAX) this.#from.pause()
    this.#proceed()
  }

  /** A wait is over, or no longer needed. */
  #go(): void {
    clearTimeout(this.#timer)
    this.#isWaiting = false
    this.#proceed()
  }

  #proceed(): void {
    while (!this.#isWaiting && !this.#isStopped && !this.#isBlocked) {
      const first = this.#held[0]
      if (first === undefined) {
        if (!this.#hasEnded) return
        this.stop()
        this.#to.end()
        return
      }
      const waitMs = Math.max(first.dueMs, this.#freeAtMs) - performance.now()
      if (waitMs > 0) this.#waitFor(waitMs)
      else this.#send(first)
    }
  }

  #send(first: Held): void {
    const { bytesPerSecond, pieceBytesMax } = this.#link.parts.weather()
    const sizeBytes = this.#pieceBytes(first.bytes.length)
    const piece = first.bytes.subarray(0, sizeBytes)
    if (sizeBytes === first.bytes.length) this.#held.shift()
    else first.bytes = first.bytes.subarray(sizeBytes)
    this.#heldBytes -= sizeBytes
    if (this.#from.isPaused() && this.#heldBytes < HELD_BYTES_MAX / 2) this.#from.resume()
    const nowMs = performance.now()
    const takesMs = (sizeBytes / bytesPerSecond) * MS_PER_S
    this.#freeAtMs = Math.max(this.#freeAtMs, nowMs) + takesMs
    const isTaken = this.#to.write(piece)
    if (!isTaken) this.#isWaiting = true
    else if (pieceBytesMax !== Infinity) this.#waitFor(0)
    this.#link.passed(sizeBytes)
  }

  #pieceBytes(heldBytes: number): number {
    const { prng, weather } = this.#link.parts
    const { bytesPerSecond, pieceBytesMax } = weather()
    const drawn = pieceBytesMax === Infinity ? heldBytes : prng.nextInteger(1, pieceBytesMax)
    const paced = Math.ceil(bytesPerSecond / PIECES_PER_S)
    return Math.min(heldBytes, drawn, paced, this.#link.bytesUntilCut)
  }

  /** Less than a timer can wait is one round of the loop, in which the receiver may read. */
  #waitFor(waitMs: number): void {
    this.#isWaiting = true
    if (waitMs >= 1) this.#timer = setTimeout(() => this.#go(), waitMs)
    else setImmediate(() => this.#go())
  }
}

const ignore = (): void => undefined
