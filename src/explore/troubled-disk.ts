// A modelled disk with bad days: full for a while, stuck for a while, and a death that leaves of
// what was not synced what the scenario says. What it did is counted.
import { Prng } from '#core/prng.ts'
import { ModelledDisk } from '#journal/modelled-disk.ts'

/** What a death leaves of what was written and not synced. */
export type Tail = 'drawn' | 'kept' | 'lost'

export class TroubledDisk extends ModelledDisk {
  /** Writes and syncs fail for want of space. */
  isFull = false
  /** Nothing moves: neither a write nor a sync comes back. */
  isStuck = false
  /** Writes that failed. */
  refusals = 0
  /** Deaths that cost the journal bytes. */
  tailsLost = 0
  /** Snapshots of the journal that took the place of a segment. */
  snapshots = 0
  readonly #tail: Tail

  constructor(tail: Tail) {
    super()
    this.#tail = tail
  }

  override create(name: string): number {
    this.#requireSpace()
    return super.create(name)
  }

  override write(handle: number, bytes: Uint8Array, position: number): number {
    this.#requireSpace()
    return super.write(handle, bytes, position)
  }

  override sync(handle: number): void {
    this.#requireSpace()
    super.sync(handle)
  }

  override rename(from: string, to: string): void {
    super.rename(from, to)
    this.snapshots++
  }

  override crash(prng: Prng): void {
    const before = this.#sizeBytes()
    const wasFull = this.isFull
    this.isFull = false
    super.crash(this.#tail === 'drawn' ? prng : new FixedDraws(this.#tail === 'kept'))
    this.isFull = wasFull
    if (this.#sizeBytes() < before) this.tailsLost++
  }

  #sizeBytes(): number {
    return this.files().reduce((sum, { bytes }) => sum + bytes.length, 0)
  }

  #requireSpace(): void {
    if (!this.isFull) return
    this.refusals++
    throw Object.assign(new Error('ENOSPC: no space left on device'), {
      code: 'ENOSPC',
      errno: -28,
    })
  }
}

/** Always the largest or always the smallest draw, and nothing by chance. */
class FixedDraws extends Prng {
  readonly #isMost: boolean

  constructor(isMost: boolean) {
    super(0)
    this.#isMost = isMost
  }

  override nextInteger(low: number, high: number): number {
    return this.#isMost ? high : low
  }

  override chance(): boolean {
    return false
  }
}
