// One direction of a memory link: what is under way, in order, cut where the seed says.
//
//   write ─► opened · [bytes, due t1] · [bytes, due t2] · ended ─► receiver
//
// A piece waits for the one before it, so order is kept. Bytes that have arrived together are one
// read, and a read may be cut anywhere and its rest come a moment later: as on a real socket.
import type { Clock } from '#core/clock.ts'
import type { Prng } from '#core/prng.ts'
import { NO_TIMER, type TimerHandle, type TimerWheel } from '#core/timer-wheel.ts'
import { monoNs, NS_PER_US, type MonoNs } from '#core/units.ts'

/** What travels beside bytes. `broken` is a reset. */
export type StreamSignal = 'opened' | 'ended' | 'broken'

/** What a receiving end offers; called by timers only. */
export interface StreamReceiver {
  /** Takes of `bytes` what it has room for; returns how many. */
  streamBytes(bytes: Uint8Array, nowNs: MonoNs): number
  streamSignal(signal: StreamSignal, nowNs: MonoNs): void
}

/** What the links of one memory network share. */
export interface MemoryWorld {
  readonly clock: Clock
  readonly timers: TimerWheel
  /** Its own, so that what travels never shifts what others draw. */
  readonly prng: Prng
  readonly latencyNsMin: number
  readonly latencyNsMax: number
  readonly cutAtSeededPlaces: boolean
  /** Sees every byte of every link when it is written: what two runs are compared by. */
  readonly onWritten?: (bytes: Uint8Array) => void
}

interface Piece {
  readonly content: Uint8Array | StreamSignal
  readonly arrivalNs: number
}

/** The rest of a cut read follows within this. */
const CUT_REST_NS_MAX = 20 * NS_PER_US
const CUT_PROBABILITY = 0.3

export class MemoryStream {
  readonly #world: MemoryWorld
  readonly #receiver: StreamReceiver
  readonly #pieces: Piece[] = []
  /** How much of the first piece was delivered in an earlier read. */
  #firstDeliveredBytes = 0
  #queuedBytes = 0
  #timer: TimerHandle = NO_TIMER
  #isStopped = false

  constructor(world: MemoryWorld, receiver: StreamReceiver) {
    this.#world = world
    this.#receiver = receiver
  }

  /** Written and not delivered; a stopped stream only fills up. */
  get queuedBytes(): number {
    return this.#queuedBytes
  }

  /** Copies the bytes. */
  write(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.#queuedBytes += bytes.length
    this.#world.onWritten?.(bytes)
    this.#queue(Uint8Array.from(bytes))
  }

  signal(signal: StreamSignal): void {
    this.#queue(signal)
  }

  /** Nothing is delivered any more. */
  stop(): void {
    this.#isStopped = true
    this.#pieces.length = 0
    this.#world.timers.cancel(this.#timer)
  }

  onTimer(_token: number, nowNs: MonoNs): void {
    this.#timer = NO_TIMER
    const first = this.#pieces[0]
    if (first === undefined) return
    if (typeof first.content === 'string') {
      this.#pieces.shift()
      this.#receiver.streamSignal(first.content, nowNs)
    } else {
      this.#consume(this.#receiver.streamBytes(this.#nextRead(nowNs), nowNs))
    }
    this.#armForFirst(nowNs)
  }

  #queue(content: Uint8Array | StreamSignal): void {
    if (this.#isStopped) return
    const { clock, prng, latencyNsMin, latencyNsMax } = this.#world
    const nowNs = clock.nowNs()
    const arrivalNs = nowNs + prng.nextInteger(latencyNsMin, latencyNsMax)
    this.#pieces.push({ content, arrivalNs })
    this.#armForFirst(nowNs)
  }

  /** What has arrived as one piece of memory, perhaps cut. */
  #nextRead(nowNs: MonoNs): Uint8Array {
    const parts: Uint8Array[] = []
    for (const { content, arrivalNs } of this.#pieces) {
      if (typeof content === 'string' || arrivalNs > nowNs) break
      parts.push(parts.length === 0 ? content.subarray(this.#firstDeliveredBytes) : content)
    }
    const arrived = parts.length === 1 ? parts[0]! : Buffer.concat(parts)
    const { prng, cutAtSeededPlaces } = this.#world
    if (!cutAtSeededPlaces || arrived.length < 2 || !prng.chance(CUT_PROBABILITY)) return arrived
    return arrived.subarray(0, prng.nextInteger(1, arrived.length - 1))
  }

  /** The receiver may have stopped the stream meanwhile: then nothing is left to consume. */
  #consume(takenBytes: number): void {
    this.#queuedBytes -= takenBytes
    this.#firstDeliveredBytes += takenBytes
    while (this.#pieces.length > 0) {
      const { content } = this.#pieces[0]!
      if (typeof content === 'string' || content.length > this.#firstDeliveredBytes) return
      this.#firstDeliveredBytes -= content.length
      this.#pieces.shift()
    }
  }

  #armForFirst(nowNs: MonoNs): void {
    const first = this.#pieces[0]
    if (first === undefined || this.#timer !== NO_TIMER) return
    const { prng, timers } = this.#world
    // The rest of a cut read is due already.
    const isRest = this.#firstDeliveredBytes > 0
    const dueNs = isRest ? nowNs + prng.nextInteger(0, CUT_REST_NS_MAX) : first.arrivalNs
    this.#timer = timers.arm(this, 0, monoNs(Math.max(nowNs, dueNs)))
  }
}
