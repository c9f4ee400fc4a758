// The regions that a connection's sessions receive into, one after another: as many as are open at
// once, made when they are first needed and kept.
import { RECEIVE_REGION_BYTES } from '#core/limits.ts'
import { ReceiveRegion } from './receive-region.ts'

export class RegionPool {
  readonly #makeBytes: () => Uint8Array
  readonly #free: ReceiveRegion[] = []

  /** `makeBytes` may give memory of a kernel, so that decoders read where bytes landed. */
  constructor(makeBytes: () => Uint8Array = () => new Uint8Array(RECEIVE_REGION_BYTES)) {
    this.#makeBytes = makeBytes
  }

  take(): ReceiveRegion {
    return this.#free.pop() ?? new ReceiveRegion(this.#makeBytes())
  }

  /** Nothing is received into it any more. */
  giveBack(region: ReceiveRegion): void {
    region.reset()
    this.#free.push(region)
  }
}
