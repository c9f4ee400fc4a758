// Which make of the kernels an engine runs on: chosen once, at start, and lent to its venues.
import { RECEIVE_REGION_BYTES } from '#core/limits.ts'
import { HmacSha256Kernel } from './hmac-sha256-kernel.ts'
import { HmacSha256Twin } from './hmac-sha256-twin.ts'
import type { HmacSha256 } from './hmac-sha256.ts'
import { LayoutKernel } from './layout-kernel.ts'
import type { LayoutOptions } from './layout-image.ts'
import type { LayoutMatcher } from './layout-matcher.ts'
import { LayoutTwin } from './layout-twin.ts'

export interface Kernels {
  readonly make: 'wasm' | 'typescript'
  layoutMatcher(options: LayoutOptions): LayoutMatcher
  /** For one key, which it is told before it signs. */
  hmacSha256(): HmacSha256
}

/** A connection being replaced, the one that replaces it, and one that lingers for answers. */
const REGIONS = 3

/** Plain TypeScript: everywhere, and in any number. */
export const TYPESCRIPT_KERNELS: Kernels = {
  make: 'typescript',
  layoutMatcher: (options) => new LayoutTwin(options),
  hmacSha256: () => new HmacSha256Twin(),
}

/**
 * WebAssembly. Each kernel reserves address space of several GB, so a process should make a few of
 * them and keep them: a simulated engine takes the TypeScript ones. Where one does not load, its
 * twin does the work.
 */
export const WASM_KERNELS: Kernels = {
  make: 'wasm',
  layoutMatcher: (options) =>
    loaded(() => LayoutKernel.load(options, REGIONS * RECEIVE_REGION_BYTES)) ??
    new LayoutTwin(options),
  hmacSha256: () => loaded(() => HmacSha256Kernel.load()) ?? new HmacSha256Twin(),
}

/** A process may be kept from so much address space (`ulimit -v`): then there is no kernel. */
function loaded<Kernel>(load: () => Kernel | null): Kernel | null {
  try {
    return load()
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}
