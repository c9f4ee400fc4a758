// Whether the compiled kernels load on this machine. A run does not need them: their twins in
// TypeScript do the same, so that a slow engine would be all there is to see.
import { KERNEL_NAMES, kernelFailure, type KernelName } from '#kernel/wasm-module.ts'
import { passed, warned, type CheckLine } from './check-line.ts'

export function kernelsLine(
  failureOf: (name: KernelName) => string = kernelFailure,
  names: readonly KernelName[] = KERNEL_NAMES,
): CheckLine {
  const failures = names
    .filter((name) => failureOf(name) !== '')
    .map((name) => `${name} does not load (${failureOf(name)})`)
  if (failures.length === 0) return passed('kernels', `${names.join(', ')} in WebAssembly`)
  return warned('kernels', `${failures.join(', ')}; TypeScript does it instead, more slowly`)
}
