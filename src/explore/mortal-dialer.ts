// Links of a process that may die at any of its writes: what a dead one still says is not sent, and
// what is said to it is not heard. The dying turn runs on, since code cannot be stopped inside, but
// nothing of it leaves any more.
import { Outcome } from '#core/outcome.ts'
import type { ByteLink, Dialer, LinkAddress, LinkListener } from '#wire/byte-link.ts'
import type { ReceiveRegion } from '#wire/receive-region.ts'
import type { LifeClock } from './life-clock.ts'

export interface Pulse {
  /** Asked before every write: the moment at which a process dies is found here. */
  beats(): boolean
}

export class MortalDialer implements Dialer {
  readonly #dialer: Dialer
  readonly #pulse: Pulse
  readonly #clock: LifeClock

  /** The network tells the world's time; `clock` turns it into the life's own. */
  constructor(dialer: Dialer, pulse: Pulse, clock: LifeClock) {
    this.#dialer = dialer
    this.#pulse = pulse
    this.#clock = clock
  }

  dial(address: LinkAddress, region: ReceiveRegion, listener: LinkListener): ByteLink {
    const pulse = this.#pulse
    const clock = this.#clock
    const link = this.#dialer.dial(address, region, {
      onOpen: (nowNs) => pulse.beats() && listener.onOpen(clock.ownNs(nowNs)),
      onBytes: (bytes, nowNs) => pulse.beats() && listener.onBytes(bytes, clock.ownNs(nowNs)),
      onClosed: (reason, detail, nowNs) =>
        pulse.beats() && listener.onClosed(reason, detail, clock.ownNs(nowNs)),
    })
    if (!pulse.beats()) link.abort()
    return new MortalLink(link, pulse)
  }
}

class MortalLink implements ByteLink {
  readonly #link: ByteLink
  readonly #pulse: Pulse

  constructor(link: ByteLink, pulse: Pulse) {
    this.#link = link
    this.#pulse = pulse
  }

  get out(): Uint8Array {
    return this.#link.out
  }

  get pendingBytes(): number {
    return this.#link.pendingBytes
  }

  send(sizeBytes: number): Outcome {
    return this.#pulse.beats() ? this.#link.send(sizeBytes) : Outcome.Ok
  }

  write(bytes: Uint8Array): Outcome {
    return this.#pulse.beats() ? this.#link.write(bytes) : Outcome.Ok
  }

  close(): void {
    if (this.#pulse.beats()) this.#link.close()
  }

  abort(): void {
    if (this.#pulse.beats()) this.#link.abort()
  }
}
