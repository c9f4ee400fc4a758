// The compiled kernels. Each `NAME.wasm` beside this file is read and compiled once in a process,
// when somebody first asks for it; in a bundle the files lie beside the bundled code.
//
// Where a kernel cannot be had (a file that is missing, a processor without its instructions) the
// answer is null, and its TypeScript twin does the work: slower, never differently.
import { readFileSync } from 'node:fs'
import { errorText } from '#core/engine-error.ts'

/** Memory is counted in these. */
export const PAGE_BYTES = 65_536

/** What `src/kernel/asm/NAME.ts` exports. */
export interface KernelExports {
  readonly layout: { readonly match: (start: number, end: number) => number }
  readonly sha256: {
    readonly absorb: (state: number, at: number) => void
    readonly sign: (absorbed: number, size: number) => void
  }
}

export type KernelName = keyof KernelExports
export const KERNEL_NAMES: readonly KernelName[] = ['layout', 'sha256']

interface Loaded {
  readonly module: WebAssembly.Module | null
  /** Why there is none; '' when there is one. */
  readonly failure: string
}

const loaded = new Map<KernelName, Loaded>()

/**
 * A memory that never grows: views of it stay good for ever.
 * @throws RangeError where the process may not have the address space.
 */
export function fixedMemory(pages: number): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: pages, maximum: pages })
}

/** The kernel's functions, working on `memory`; null where it does not load. */
export function instantiateKernel<Name extends KernelName>(
  name: Name,
  memory: WebAssembly.Memory,
): KernelExports[Name] | null {
  const { module } = loadedKernel(name)
  if (module === null) return null
  return new WebAssembly.Instance(module, { env: { memory } }).exports as KernelExports[Name]
}

/** Cold: why the kernel cannot work here; '' when it can. */
export function kernelFailure(name: KernelName): string {
  try {
    instantiateKernel(name, fixedMemory(1))
    return loadedKernel(name).failure
  } catch (error) {
    return errorText(error)
  }
}

function loadedKernel(name: KernelName): Loaded {
  const known = loaded.get(name)
  if (known !== undefined) return known
  const fresh = load(name)
  loaded.set(name, fresh)
  return fresh
}

function load(name: KernelName): Loaded {
  try {
    const bytes = readFileSync(new URL(`./${name}.wasm`, import.meta.url))
    return { module: new WebAssembly.Module(bytes), failure: '' }
  } catch (error) {
    return { module: null, failure: errorText(error) }
  }
}
