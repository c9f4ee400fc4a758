// Hot path.
// The layout matcher as WebAssembly (asm/layout.ts): reads 16 bytes at a time. Its memory holds the
// image, and behind it what connections receive into, so that a message is read where the socket
// put it. Bytes from elsewhere are copied in first.
//
//   | image | copies of foreign messages | receive regions … | overread |
import { assert } from '#core/assert.ts'
import { LayoutImage, OVERREAD_BYTES, SLOTS_MAX, type LayoutOptions } from './layout-image.ts'
import { NO_LAYOUT, type LayoutMatcher } from './layout-matcher.ts'
import type { MessageLayout } from './message-layout.ts'
import { fixedMemory, instantiateKernel, PAGE_BYTES } from './wasm-module.ts'

/** Foreign messages up to this size are copied; longer ones are read the lenient way. */
const COPY_BYTES_MAX = 65_536

export class LayoutKernel implements LayoutMatcher {
  readonly values: Float64Array
  readonly lists: readonly Float64Array[]
  readonly #image: LayoutImage
  readonly #match: (start: number, end: number) => number
  readonly #copyAt: number
  readonly #receiveEnd: number
  #receiveAt: number
  /** The memory that the last message stood in, and where that begins in the kernel's; or −1. */
  #bytes: Uint8Array = new Uint8Array(0)
  #base = NO_LAYOUT

  /**
   * Null where the kernel does not load. `receiveBytesMax`: for all regions that are received into
   * at once.
   */
  static load(options: LayoutOptions, receiveBytesMax: number): LayoutKernel | null {
    const imageBytes = LayoutImage.sizeBytes(options)
    const sizeBytes = imageBytes + COPY_BYTES_MAX + receiveBytesMax + OVERREAD_BYTES
    const memory = fixedMemory(Math.ceil(sizeBytes / PAGE_BYTES))
    const kernel = instantiateKernel('layout', memory)
    if (kernel === null) return null
    const image = new LayoutImage(memory.buffer, options)
    return new LayoutKernel(image, kernel.match, imageBytes, receiveBytesMax)
  }

  private constructor(
    image: LayoutImage,
    match: (start: number, end: number) => number,
    imageBytes: number,
    receiveBytesMax: number,
  ) {
    this.#match = match
    this.#image = image
    this.values = this.#image.values
    this.lists = this.#image.lists
    this.#copyAt = imageBytes
    this.#receiveAt = imageBytes + COPY_BYTES_MAX
    this.#receiveEnd = this.#receiveAt + receiveBytesMax
  }

  count(list: 0 | 1): number {
    return this.values[SLOTS_MAX + list]!
  }

  add(key: string, layout: MessageLayout): number {
    return this.#image.add(key, layout)
  }

  match(bytes: Uint8Array, start: number, end: number): number {
    assert(start >= 0 && end <= bytes.length, 'a message within its bytes')
    if (bytes !== this.#bytes) this.#use(bytes)
    const base = this.#base
    if (base >= 0) return this.#match(base + start, base + end)
    return this.#matchCopy(bytes, start, end)
  }

  receiveBytes(sizeBytes: number): Uint8Array {
    const at = this.#receiveAt
    if (at + sizeBytes > this.#receiveEnd) return new Uint8Array(sizeBytes)
    this.#receiveAt = at + sizeBytes
    return new Uint8Array(this.#image.buffer, at, sizeBytes)
  }

  #use(bytes: Uint8Array): void {
    this.#bytes = bytes
    this.#base = bytes.buffer === this.#image.buffer ? bytes.byteOffset : -1
  }

  #matchCopy(bytes: Uint8Array, start: number, end: number): number {
    const sizeBytes = end - start
    if (sizeBytes > COPY_BYTES_MAX) return NO_LAYOUT
    const at = this.#copyAt
    this.#image.bytes.set(bytes.subarray(start, end), at)
    return this.#match(at, at + sizeBytes)
  }
}
