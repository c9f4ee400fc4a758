// A network in memory, on virtual time: the dialer of simulations and tests. The same seed gives
// the same latencies, the same cuts and so the same bytes in the same reads.
//
// Who runs it advances the clock to timers.nextDeadlineNs() and then the timers; deliveries happen
// in there, each followed by `afterRead`, as after a socket's read:
//
//   const nextNs = monoNs(Math.max(clock.nowNs(), timers.nextDeadlineNs()))
//   clock.advanceTo(nextNs)
//   timers.advance(nextNs)
//
// There is no TLS here: a link to a TLS address is plain.
import { assert } from '#core/assert.ts'
import type { TimerTarget } from '#core/timer-wheel.ts'
import { monoNs, type MonoNs } from '#core/units.ts'
import { LinkClose } from './byte-link.ts'
import type { ByteLink, Dialer, LinkAddress, LinkListener } from './byte-link.ts'
import { LinkState } from './link-state.ts'
import { MemoryLink } from './memory-link.ts'
import type { MemoryWorld } from './memory-stream.ts'
import { ReceiveRegion } from './receive-region.ts'

/** The server's side. */
export interface MemoryAcceptor {
  /** A dial arrived. The link opens with the listener's onOpen, right after this. */
  accept(link: ByteLink, nowNs: MonoNs): LinkListener
}

/** A server's receive region: more than the largest request or frame that a client sends. */
const SERVER_REGION_BYTES = 262_144

const Token = { Arrives: 0, Refused: 1 } as const

export class MemoryNetwork implements Dialer {
  readonly #world: MemoryWorld
  readonly #afterRead: (nowNs: MonoNs) => void
  readonly #acceptors = new Map<string, MemoryAcceptor>()
  readonly #links = new Set<MemoryLink>()

  /** `afterRead` runs after each callback on a dialing side, where an engine takes its turn. */
  constructor(world: MemoryWorld, afterRead: (nowNs: MonoNs) => void = () => {}) {
    assert(world.latencyNsMin <= world.latencyNsMax, 'a latency range is ordered')
    this.#world = world
    this.#afterRead = afterRead
  }

  /** Dialing ends that are not closed, in the order of their dials: what faults are chosen from. */
  links(): readonly ByteLink[] {
    for (const link of this.#links) if (link.state === LinkState.Closed) this.#links.delete(link)
    return [...this.#links]
  }

  /** Those of them that carry nothing any more and do not know it. */
  frozenLinks(): readonly ByteLink[] {
    return this.links().filter((link) => link instanceof MemoryLink && link.isMuted)
  }

  listen(host: string, port: number, acceptor: MemoryAcceptor): void {
    this.#acceptors.set(`${host}:${port}`, acceptor)
  }

  /** Dials are refused from now on, until it listens again; links that stand are left alone. */
  refuse(host: string, port: number): void {
    this.#acceptors.delete(`${host}:${port}`)
  }

  dial(address: LinkAddress, region: ReceiveRegion, listener: LinkListener): ByteLink {
    const link = new MemoryLink(this.#world, region, this.#afterRead)
    link.listenWith(listener)
    this.links()
    this.#links.add(link)
    const findAcceptor = () => this.#acceptors.get(`${address.host}:${address.port}`)
    new MemoryDial(this.#world, link, findAcceptor).start()
    return link
  }

  /** Both ends find the link broken, and what was under way is lost. */
  cut(link: ByteLink): void {
    assert(link instanceof MemoryLink, 'a link of another network')
    link.breakSoon(LinkClose.Broken, 'reset by the network')
    link.peer?.breakSoon(LinkClose.Broken, 'reset by the network')
  }

  /** Half-open: nothing is delivered any more in either direction, and nobody is told. */
  freeze(link: ByteLink): void {
    assert(link instanceof MemoryLink, 'a link of another network')
    link.mute()
    link.peer?.mute()
  }
}

/** One dial on its way: to the server, and back when it is refused. */
class MemoryDial implements TimerTarget {
  readonly #world: MemoryWorld
  readonly #link: MemoryLink
  readonly #findAcceptor: () => MemoryAcceptor | undefined

  constructor(
    world: MemoryWorld,
    link: MemoryLink,
    findAcceptor: () => MemoryAcceptor | undefined,
  ) {
    this.#world = world
    this.#link = link
    this.#findAcceptor = findAcceptor
  }

  start(): void {
    this.#armAfterLatency(Token.Arrives)
  }

  onTimer(token: number, nowNs: MonoNs): void {
    const link = this.#link
    if (link.state !== LinkState.Dialing || link.isMuted) return
    if (token === Token.Refused) return link.breakSoon(LinkClose.Refused, 'connection refused')
    const acceptor = this.#findAcceptor()
    if (acceptor === undefined) return this.#armAfterLatency(Token.Refused)
    const region = new ReceiveRegion(new Uint8Array(SERVER_REGION_BYTES))
    const server = new MemoryLink(this.#world, region)
    link.connectTo(server)
    server.connectTo(link)
    server.listenWith(acceptor.accept(server, nowNs))
    server.acceptPeer(nowNs)
  }

  #armAfterLatency(token: number): void {
    const { clock, prng, timers, latencyNsMin, latencyNsMax } = this.#world
    const latencyNs = prng.nextInteger(latencyNsMin, latencyNsMax)
    timers.arm(this, token, monoNs(clock.nowNs() + latencyNs))
  }
}
