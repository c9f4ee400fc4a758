// HMAC-SHA256 of an order as deployed: the WebAssembly kernel beside OpenSSL as Node offers it, and
// beside its own TypeScript twin. A kernel has its place only while it is 1.5 times its twin.
import { TYPESCRIPT_KERNELS, WASM_KERNELS } from '#kernel/kernels.ts'
import { runCases, type BenchCase } from '../native-free-bench/harness.ts'
import type { Suite } from '../native-free-bench/measurement.ts'
import { signatureCases, signOrders } from '../native-free-bench/signature-cases.ts'

const NAME = 'signature'

export const signatureSuite: Suite = {
  name: NAME,
  measure: async (options) =>
    runCases(cases(), NAME.includes(options.only) ? { ...options, only: '' } : options),
}

function cases(): BenchCase[] {
  const kernelBesideTwin: BenchCase = {
    row: '',
    name: `order, signed in its frame by ${WASM_KERNELS.make}`,
    peer: `by ${TYPESCRIPT_KERNELS.make}`,
    goal: 1.5,
    opsPerCall: 256,
    ours: signOrders(WASM_KERNELS),
    theirs: signOrders(TYPESCRIPT_KERNELS),
  }
  return [...signatureCases(WASM_KERNELS, '7', 1.9), kernelBesideTwin]
}
