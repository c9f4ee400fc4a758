// One end of a link in memory: a byte link whose other end is another one.
//
// What it says travels in a MemoryStream and what it hears comes from its peer's; both only in
// timers, so that nothing is ever called back from inside send, write, close or abort.
import { assert } from '#core/assert.ts'
import { SEND_FRAME_BYTES_MAX } from '#core/limits.ts'
import { Outcome } from '#core/outcome.ts'
import { NO_TIMER, type TimerHandle } from '#core/timer-wheel.ts'
import { monoNs, type MonoNs } from '#core/units.ts'
import { LinkClose } from './byte-link.ts'
import type { ByteLink, LinkListener } from './byte-link.ts'
import {
  LINK_END_NS,
  LINK_PENDING_BYTES_MAX,
  LinkEvent,
  LinkState,
  linkTransitions,
} from './link-state.ts'
import {
  MemoryStream,
  type MemoryWorld,
  type StreamReceiver,
  type StreamSignal,
} from './memory-stream.ts'
import type { ReceiveRegion } from './receive-region.ts'

/** What the kernels between two ends hold before a writer sees bytes pending. */
const KERNEL_BYTES = 262_144

export class MemoryLink implements ByteLink, StreamReceiver {
  readonly out = new Uint8Array(SEND_FRAME_BYTES_MAX)
  readonly #world: MemoryWorld
  readonly #region: ReceiveRegion
  readonly #afterEvent: (nowNs: MonoNs) => void
  #listener: LinkListener | null = null
  #peer: MemoryLink | null = null
  #outgoing: MemoryStream | null = null
  #state: LinkState = LinkState.Dialing
  #isMuted = false
  #goneTimer: TimerHandle = NO_TIMER
  #closeReason: LinkClose = LinkClose.Refused
  #closeDetail = ''

  /** `afterEvent` runs after each call of the listener. */
  constructor(
    world: MemoryWorld,
    region: ReceiveRegion,
    afterEvent: (nowNs: MonoNs) => void = () => {},
  ) {
    this.#world = world
    this.#region = region
    this.#afterEvent = afterEvent
  }

  get pendingBytes(): number {
    return Math.max(0, (this.#outgoing?.queuedBytes ?? 0) - KERNEL_BYTES)
  }

  get state(): LinkState {
    return this.#state
  }

  get isMuted(): boolean {
    return this.#isMuted
  }

  get peer(): MemoryLink | null {
    return this.#peer
  }

  send(sizeBytes: number): Outcome {
    assert(sizeBytes > 0 && sizeBytes <= SEND_FRAME_BYTES_MAX, 'a send beyond the out buffer')
    return this.write(this.out.subarray(0, sizeBytes))
  }

  write(bytes: Uint8Array): Outcome {
    if (this.#state !== LinkState.Open || this.#outgoing === null) return Outcome.NotReady
    if (this.pendingBytes + bytes.length > LINK_PENDING_BYTES_MAX) return Outcome.Full
    this.#outgoing.write(bytes)
    return Outcome.Ok
  }

  close(): void {
    const isPolite = this.#state === LinkState.Open
    if (!this.#endByUs('ended')) return
    if (isPolite) this.#goneAfter(LINK_END_NS)
    else this.#goneAfter(0)
  }

  abort(): void {
    if (this.#endByUs('broken')) this.#goneAfter(0)
  }

  listenWith(listener: LinkListener): void {
    this.#listener = listener
  }

  /** What this end says goes to `peer` from now on. */
  connectTo(peer: MemoryLink): void {
    this.#peer = peer
    this.#outgoing = new MemoryStream(this.#world, peer)
  }

  /** The server's end: open at once, while the news travels to the peer ahead of any bytes. */
  acceptPeer(nowNs: MonoNs): void {
    this.#outgoing?.signal('opened')
    this.#opened(nowNs)
  }

  /** A fault or a refusal from outside: the listener hears of it by a timer. */
  breakSoon(reason: LinkClose, detail: string): void {
    if (this.#state === LinkState.Closed) return
    this.mute()
    if (this.#state !== LinkState.Ending) {
      this.#closeReason = this.#state === LinkState.Dialing ? LinkClose.Refused : reason
      this.#closeDetail = detail
    }
    this.#goneAfter(0)
  }

  /** What this end says is not heard any more. */
  mute(): void {
    this.#isMuted = true
    this.#outgoing?.stop()
  }

  streamBytes(bytes: Uint8Array, nowNs: MonoNs): number {
    if (!this.#isOpen) return bytes.length
    const room = this.#region.room()
    const takenBytes = Math.min(room.length, bytes.length)
    if (takenBytes === 0) {
      this.breakSoon(LinkClose.Broken, 'the receive region is full')
      return bytes.length
    }
    room.set(bytes.subarray(0, takenBytes))
    this.#region.commit(takenBytes)
    let isMoreToRead = true
    while (isMoreToRead && this.#isOpen) {
      isMoreToRead = this.#listener?.onBytes(this.#region, nowNs) ?? false
      this.#afterEvent(nowNs)
    }
    return takenBytes
  }

  streamSignal(signal: StreamSignal, nowNs: MonoNs): void {
    if (this.#state === LinkState.Closed) return
    if (signal === 'opened') return this.#opened(nowNs)
    if (this.#state === LinkState.Open) {
      this.#closeReason = signal === 'ended' ? LinkClose.Ended : LinkClose.Broken
      this.#closeDetail = signal === 'ended' ? 'ended by the peer' : 'reset by the peer'
      // A socket answers the peer's end with its own, after what was written before.
      this.#outgoing?.signal('ended')
    }
    this.#gone(nowNs)
  }

  onTimer(_token: number, nowNs: MonoNs): void {
    this.#goneTimer = NO_TIMER
    this.#gone(nowNs)
  }

  get #isOpen(): boolean {
    return this.#state === LinkState.Open
  }

  #opened(nowNs: MonoNs): void {
    if (this.#state !== LinkState.Dialing) return
    this.#step(LinkEvent.Opened)
    this.#listener?.onOpen(nowNs)
    this.#afterEvent(nowNs)
  }

  #endByUs(signal: StreamSignal): boolean {
    if (!linkTransitions.allows(this.#state, LinkEvent.WeEnd)) return false
    this.#step(LinkEvent.WeEnd)
    this.#outgoing?.signal(signal)
    this.#closeReason = LinkClose.Ended
    this.#closeDetail = 'ended by us'
    return true
  }

  #goneAfter(delayNs: number): void {
    const { clock, timers } = this.#world
    timers.cancel(this.#goneTimer)
    this.#goneTimer = timers.arm(this, 0, monoNs(clock.nowNs() + delayNs))
  }

  #gone(nowNs: MonoNs): void {
    this.#world.timers.cancel(this.#goneTimer)
    this.#step(LinkEvent.Gone)
    this.#peer?.mute()
    this.#listener?.onClosed(this.#closeReason, this.#closeDetail, nowNs)
    this.#afterEvent(nowNs)
  }

  #step(event: number): void {
    const next = linkTransitions.next(this.#state, event)
    assert(next >= 0, 'a memory link left its table')
    this.#state = next as LinkState
  }
}
