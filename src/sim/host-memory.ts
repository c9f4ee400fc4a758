// Serves a front over memory links on virtual time: HTTP/1.1 and RFC 6455 end here, with the wire
// room's own codecs in the server's role.
//
// The venue's clock is the monotonic one plus a fixed beginning, so that stepping the engine's wall
// clock does not move the venue. Nothing runs by itself: the front advances in a timer of the same
// wheel that delivers the bytes. One request of a connection is answered before the next is read.
import { monoNs, NS_PER_US, US_PER_S } from '#core/units.ts'
import type { MonoNs } from '#core/units.ts'
import type { Clock } from '#core/clock.ts'
import { Outcome } from '#core/outcome.ts'
import type { Prng } from '#core/prng.ts'
import { NO_TIMER } from '#core/timer-wheel.ts'
import type { TimerHandle, TimerTarget, TimerWheel } from '#core/timer-wheel.ts'
import type { ByteLink, LinkListener } from '#wire/byte-link.ts'
import type { HttpHead } from '#wire/http-head.ts'
import { HttpMessageReader, encodeResponse } from '#wire/http-message.ts'
import type { MemoryAcceptor } from '#wire/memory-network.ts'
import type { ReceiveRegion } from '#wire/receive-region.ts'
import { CloseCode, Opcode } from '#wire/websocket-frame.ts'
import { answerUpgrade } from '#wire/websocket-handshake.ts'
import { WebSocketReader } from '#wire/websocket-reader.ts'
import type { FrameSink } from '#wire/websocket-reader.ts'
import { WebSocketWriter } from '#wire/websocket-writer.ts'
import type { Front, FrontConnection, HttpAnswer, HttpReplier } from './front.ts'

export interface MemoryHostWorld {
  readonly clock: Clock
  readonly timers: TimerWheel
  readonly prng: Prng
}

const BODY_BYTES_MAX = 64 * 1_024
const MESSAGE_BYTES_MAX = 64 * 1_024
/** A front that is due at once still lets time pass, so that a clock cannot stand still. */
const ADVANCE_NS_MIN = NS_PER_US
const ADVANCE_NS_MAX = US_PER_S * NS_PER_US

export class MemoryHost implements MemoryAcceptor, TimerTarget {
  readonly front: Front
  readonly #world: MemoryHostWorld
  readonly #writer: WebSocketWriter
  readonly #beginUs: number
  #timer: TimerHandle = NO_TIMER
  #timerNs = Number.POSITIVE_INFINITY
  #nextConnectionId = 1
  #isStopped = false

  constructor(front: Front, world: MemoryHostWorld) {
    this.front = front
    this.#world = world
    this.#writer = new WebSocketWriter('server', world.prng)
    this.#beginUs = world.clock.wallUs() - Math.floor(world.clock.nowNs() / NS_PER_US)
    this.#arm()
  }

  /** Venue time, µs. */
  nowUs(nowNs: MonoNs): number {
    return this.#beginUs + Math.floor(nowNs / NS_PER_US)
  }

  nowNs(): MonoNs {
    return this.#world.clock.nowNs()
  }

  accept(link: ByteLink): LinkListener {
    return new MemoryPeer(this, link, this.#writer, this.#nextConnectionId++)
  }

  onTimer(_token: number, nowNs: MonoNs): void {
    this.#timer = NO_TIMER
    this.#timerNs = Number.POSITIVE_INFINITY
    this.front.advance(this.nowUs(nowNs))
    this.#arm()
  }

  /** Its process is gone: nothing of the front ever happens again. Links are the network's. */
  stop(): void {
    this.#isStopped = true
    this.#world.timers.cancel(this.#timer)
  }

  /** Called after everything that may have made the front due earlier. */
  touched(): void {
    this.#arm()
  }

  #arm(): void {
    if (this.#isStopped) return
    const nowNs = this.#world.clock.nowNs()
    const waitNs = (this.front.nextEventUs() - this.nowUs(nowNs)) * NS_PER_US
    const dueNs = nowNs + Math.min(ADVANCE_NS_MAX, Math.max(ADVANCE_NS_MIN, waitNs))
    if (dueNs >= this.#timerNs) return
    this.#world.timers.cancel(this.#timer)
    this.#timer = this.#world.timers.arm(this, 0, monoNs(dueNs))
    this.#timerNs = dueNs
  }
}

/** One accepted link: requests until an upgrade, frames after it. */
class MemoryPeer implements LinkListener, FrameSink, FrontConnection {
  readonly id: number
  readonly #host: MemoryHost
  readonly #link: ByteLink
  readonly #writer: WebSocketWriter
  readonly #requests = new HttpMessageReader('request', BODY_BYTES_MAX)
  #frames: WebSocketReader | undefined
  #isAnswerDue = false
  #isReading = false
  #isOver = false

  constructor(host: MemoryHost, link: ByteLink, writer: WebSocketWriter, id: number) {
    this.#host = host
    this.#link = link
    this.#writer = writer
    this.id = id
  }

  onOpen(): void {
    // A client speaks first.
  }

  onBytes(region: ReceiveRegion, nowNs: MonoNs): boolean {
    this.#readOn(region, nowNs)
    this.#host.touched()
    return false
  }

  onClosed(_reason: number, _detail: string, nowNs: MonoNs): void {
    this.#isOver = true
    if (this.#frames !== undefined) this.#host.front.closed(this, this.#host.nowUs(nowNs))
  }

  onFrame(): void {
    // Proof of life is the client's concern; a dead client is a closed link here.
  }

  onMessage(
    bytes: Uint8Array,
    start: number,
    end: number,
    _isText: boolean,
    nowNs: MonoNs,
  ): boolean {
    const text = Buffer.from(bytes.subarray(start, end)).toString('utf8')
    this.#host.front.message(this, text, this.#host.nowUs(nowNs))
    return false
  }

  onPing(bytes: Uint8Array, start: number, end: number): void {
    this.#frame(Opcode.Pong, bytes.slice(start, end))
  }

  onClose(code: number): void {
    this.close(code === CloseCode.NoStatus ? CloseCode.Normal : code, '')
  }

  send(text: string): void {
    this.#frame(Opcode.Text, Buffer.from(text, 'utf8'))
  }

  ping(): void {
    this.#frame(Opcode.Ping, new Uint8Array(0))
  }

  close(code: number, reason: string): void {
    const payload = Buffer.concat([Buffer.from([code >>> 8, code & 0xff]), Buffer.from(reason)])
    this.#frame(Opcode.Close, payload)
    this.#end()
  }

  cut(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#link.abort()
  }

  /** Ends the link behind what was written. */
  #end(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#link.close()
  }

  #readOn(region: ReceiveRegion, nowNs: MonoNs): void {
    this.#isReading = true
    this.#readRequests(region, nowNs)
    const breach = this.#frames?.read(nowNs) ?? 0
    if (breach !== 0) this.close(breach, this.#frames?.breach ?? '')
    this.#isReading = false
  }

  #readRequests(region: ReceiveRegion, nowNs: MonoNs): void {
    while (this.#frames === undefined && !this.#isAnswerDue && !this.#isOver) {
      const state = this.#requests.read(region)
      if (state === 'refused') {
        this.#write(encodeResponse(400, [['Connection', 'close']], this.#requests.refusal))
        this.#end()
      }
      if (state !== 'complete') return
      this.#serve(region, nowNs)
    }
  }

  #serve(region: ReceiveRegion, nowNs: MonoNs): void {
    const head = this.#requests.head
    if (head === null) return
    const header = (name: string): string => head.headers.get(name) ?? ''
    if (header('upgrade') !== '') {
      this.#upgrade(head, region, nowNs)
      return
    }
    const body = Buffer.from(this.#requests.body).toString('utf8')
    const { method, target } = head
    this.#isAnswerDue = true
    const replier = this.#replier(region, this.#requests.isKeepAlive)
    this.#host.front.http({ method, target, body, header }, replier, this.#host.nowUs(nowNs))
  }

  /** The next request waits in the region until this one is answered. */
  #replier(region: ReceiveRegion, isKeepAlive: boolean): HttpReplier {
    return {
      answer: (answer) => {
        if (this.#isOver) return
        this.#answer(answer)
        this.#isAnswerDue = false
        this.#requests.begin()
        if (!isKeepAlive) this.#end()
        // A late answer comes from outside: what the client sent meanwhile is read now.
        if (!this.#isReading) this.#readOn(region, this.#host.nowNs())
      },
      cut: () => this.cut(),
    }
  }

  #upgrade(head: HttpHead, region: ReceiveRegion, nowNs: MonoNs): void {
    const upgrade = answerUpgrade(head)
    if ('refusal' in upgrade) {
      this.#answer({ status: 400, headers: [], body: upgrade.refusal })
      this.#end()
      return
    }
    const header = (name: string): string => head.headers.get(name) ?? ''
    const refusal = this.#host.front.open(this, head.target, header, this.#host.nowUs(nowNs))
    if (refusal !== undefined) {
      this.#answer(refusal)
      this.#end()
      return
    }
    this.#write(upgrade.reply)
    this.#frames = new WebSocketReader(region, 'server', MESSAGE_BYTES_MAX, this)
  }

  #answer({ status, headers, body }: HttpAnswer): void {
    this.#write(encodeResponse(status, headers, body))
  }

  #frame(opcode: Opcode, payload: Uint8Array): void {
    if (this.#frames !== undefined) this.#write(this.#writer.frame(opcode, payload))
  }

  /** A client that does not read is cut. */
  #write(bytes: Uint8Array): void {
    if (!this.#isOver && this.#link.write(bytes) === Outcome.Full) this.cut()
  }
}
