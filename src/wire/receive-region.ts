// Hot path.
// The memory one session receives into. A read lands at writeOffset; messages are understood
// where they landed; only an incomplete tail is moved, and only when the region is nearly full.
//
//   0 ........ readOffset ======== writeOffset ............... sizeBytes
//     consumed            to parse             free for the next read
import { assert } from '#core/assert.ts'
import { RECEIVE_REGION_BYTES } from '#core/limits.ts'

/** A read is offered at least this much room, so that one system call takes a whole burst. */
export const READ_ROOM_BYTES_MIN = 65_536

export class ReceiveRegion {
  readonly bytes: Uint8Array
  #readOffset = 0
  #writeOffset = 0

  /** `bytes` may be part of a kernel's memory, so that decoders read where bytes landed. */
  constructor(bytes: Uint8Array = new Uint8Array(RECEIVE_REGION_BYTES)) {
    assert(bytes.length >= 2 * READ_ROOM_BYTES_MIN, 'a receive region holds at least two reads')
    this.bytes = bytes
  }

  get readOffset(): number {
    return this.#readOffset
  }

  get writeOffset(): number {
    return this.#writeOffset
  }

  /** Where the next read may land. Empty only when an unconsumed message fills the region. */
  room(): Uint8Array {
    if (this.bytes.length - this.#writeOffset < READ_ROOM_BYTES_MIN) this.#moveTailToFront()
    // Nearly every read begins on an empty region: no view is made then.
    if (this.#writeOffset === 0) return this.bytes
    return this.bytes.subarray(this.#writeOffset)
  }

  /** `sizeBytes` new bytes landed at writeOffset. */
  commit(sizeBytes: number): void {
    this.#writeOffset += sizeBytes
    assert(this.#writeOffset <= this.bytes.length, 'a read beyond the receive region')
  }

  /** Everything before `offset` has been understood. */
  consumeTo(offset: number): void {
    assert(offset >= this.#readOffset, 'bytes are consumed once')
    assert(offset <= this.#writeOffset, 'only received bytes are consumed')
    this.#readOffset = offset
    if (offset === this.#writeOffset) this.reset()
  }

  reset(): void {
    this.#readOffset = 0
    this.#writeOffset = 0
  }

  #moveTailToFront(): void {
    if (this.#readOffset === 0) return
    this.bytes.copyWithin(0, this.#readOffset, this.#writeOffset)
    this.#writeOffset -= this.#readOffset
    this.#readOffset = 0
  }
}
