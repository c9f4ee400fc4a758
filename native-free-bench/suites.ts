// The hot path's steps, as suites: decode, book, order. Both `bench:native-free` and `bench` run
// them; what differs is what the production code under them uses.
import { TYPESCRIPT_KERNELS, type Kernels } from '#kernel/kernels.ts'
import { bookCases, booksSeen } from './book-cases.ts'
import { decodeCases, peerDecodeSum } from './decode-cases.ts'
import { runCases, type BenchCase } from './harness.ts'
import type { Suite } from './measurement.ts'
import { orderCases, ordersSeen } from './order-cases.ts'
import { signatureCases, signaturesSeen } from './signature-cases.ts'

function suite(name: string, cases: () => BenchCase[]): Suite {
  return {
    name,
    measure: async (options) =>
      // `--only book` means the whole suite, `--only depth` some of its cases.
      runCases(cases(), name.includes(options.only) ? { ...options, only: '' } : options),
  }
}

export const stepSuites = (kernels: Kernels): readonly Suite[] => [
  suite('decode', () => decodeCases(kernels)),
  suite('book', bookCases),
  suite('order', orderCases),
]

/** Those of the run without native parts; the deployed one signs beside more peers. */
export const NATIVE_FREE_SUITES: readonly Suite[] = [
  ...stepSuites(TYPESCRIPT_KERNELS),
  suite('signature', () => signatureCases(TYPESCRIPT_KERNELS, '', null)),
]

/** A sum of everything that was computed: without a reader the compiler may drop the work. */
export const stepsSeen = (): number =>
  peerDecodeSum() + booksSeen() + ordersSeen() + signaturesSeen()
