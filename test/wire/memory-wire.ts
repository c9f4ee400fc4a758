// A world on virtual time for tests: a memory network, a runner, and a WebSocket server that is
// made of the same codecs with the mask role reversed.
import type { NoticeLevel, NoticeSink } from '#core/notice.ts'
import { Prng } from '#core/prng.ts'
import { TimerWheel } from '#core/timer-wheel.ts'
import { monoNs, type MonoNs } from '#core/units.ts'
import { VirtualClock } from '#core/virtual-clock.ts'
import type { ByteLink, LinkListener } from '#wire/byte-link.ts'
import { HttpMessageReader, encodeResponse } from '#wire/http-message.ts'
import { MemoryNetwork, type MemoryAcceptor } from '#wire/memory-network.ts'
import type { ReceiveRegion } from '#wire/receive-region.ts'
import { CloseCode, Opcode } from '#wire/websocket-frame.ts'
import { answerUpgrade } from '#wire/websocket-handshake.ts'
import { WebSocketReader } from '#wire/websocket-reader.ts'
import { WebSocketWriter } from '#wire/websocket-writer.ts'

export interface MemoryWireOptions {
  readonly seed?: number
  readonly latencyNsMin?: number
  readonly latencyNsMax?: number
  readonly cutAtSeededPlaces?: boolean
}

export class MemoryWire implements NoticeSink {
  readonly clock = new VirtualClock(1_700_000_000_000_000)
  readonly timers = new TimerWheel(4_096)
  readonly prng: Prng
  readonly network: MemoryNetwork
  readonly dialer: MemoryNetwork
  readonly notices: NoticeSink = this
  readonly noticed: string[] = []
  turns = 0

  constructor(options: MemoryWireOptions = {}) {
    this.prng = new Prng(options.seed ?? 1)
    const world = {
      clock: this.clock,
      timers: this.timers,
      prng: this.prng.fork(),
      latencyNsMin: options.latencyNsMin ?? 100_000,
      latencyNsMax: options.latencyNsMax ?? 2_000_000,
      cutAtSeededPlaces: options.cutAtSeededPlaces ?? true,
    }
    this.network = new MemoryNetwork(world, () => this.turns++)
    this.dialer = this.network
  }

  notice(level: NoticeLevel, code: string, text: string): void {
    this.noticed.push(`${level} ${code} ${text}`)
  }

  /** Lets `ms` milliseconds pass, event by event. */
  runMs(ms: number): void {
    const endNs = this.clock.nowNs() + ms * 1e6
    while (this.timers.nextDeadlineNs() <= endNs) {
      const nextNs = monoNs(Math.max(this.clock.nowNs(), this.timers.nextDeadlineNs()))
      this.clock.advanceTo(nextNs)
      this.timers.advance(nextNs)
    }
    this.clock.advanceTo(monoNs(endNs))
  }
}

/** One accepted WebSocket of the memory server. */
export class MemoryPeer implements LinkListener {
  readonly link: ByteLink
  readonly texts: string[] = []
  isClosed = false
  closeFrame = ''
  readonly #request = new HttpMessageReader('request', 65_536)
  readonly #writer: WebSocketWriter
  readonly #server: MemoryServer
  #reader: WebSocketReader | null = null

  constructor(link: ByteLink, server: MemoryServer, prng: Prng) {
    this.link = link
    this.#server = server
    this.#writer = new WebSocketWriter('server', prng)
  }

  send(text: string): void {
    this.link.write(this.#writer.frame(Opcode.Text, Buffer.from(text)))
  }

  onOpen(): void {}

  onBytes(region: ReceiveRegion, nowNs: MonoNs): boolean {
    if (this.#reader === null) this.#upgrade(region)
    if (this.#reader?.read(nowNs)) this.link.close()
    return false
  }

  onClosed(): void {
    this.isClosed = true
  }

  onFrame(): void {}

  onMessage(bytes: Uint8Array, start: number, end: number): boolean {
    const text = Buffer.from(bytes.subarray(start, end)).toString()
    this.texts.push(text)
    this.#server.onText(this, text)
    return false
  }

  onPing(bytes: Uint8Array, start: number, end: number): void {
    this.link.write(this.#writer.frame(Opcode.Pong, bytes.slice(start, end)))
  }

  onClose(code: number, reason: string): void {
    this.closeFrame = `${code} ${reason}`
    const payload = Buffer.alloc(2)
    payload.writeUInt16BE(code === CloseCode.NoStatus ? CloseCode.Normal : code)
    this.link.write(this.#writer.frame(Opcode.Close, payload))
    this.link.close()
  }

  #upgrade(region: ReceiveRegion): void {
    const request = this.#request
    if (request.read(region) !== 'complete' || request.head === null) return
    const answer = answerUpgrade(request.head)
    if ('refusal' in answer) {
      this.link.write(encodeResponse(400, [], answer.refusal))
      this.link.close()
      return
    }
    this.link.write(answer.reply)
    this.#reader = new WebSocketReader(region, 'server', 65_536, this)
    this.#server.onUpgraded(this)
  }
}

export class MemoryServer implements MemoryAcceptor {
  readonly peers: MemoryPeer[] = []
  onUpgraded: (peer: MemoryPeer) => void = () => {}
  onText: (peer: MemoryPeer, text: string) => void = () => {}
  readonly #prng = new Prng(99)

  accept(link: ByteLink): LinkListener {
    const peer = new MemoryPeer(link, this, this.#prng)
    this.peers.push(peer)
    return peer
  }
}
