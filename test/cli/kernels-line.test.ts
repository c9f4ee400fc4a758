import { expect, it } from 'vitest'
import { kernelsLine } from '#cli/kernels-line.ts'
import { KERNEL_NAMES } from '#kernel/wasm-module.ts'

it('passes where every kernel loads, as here', () => {
  const detail = `${KERNEL_NAMES.join(', ')} in WebAssembly`
  expect(kernelsLine()).toEqual({ what: 'kernels', ok: true, detail })
})

it('warns of one that does not, and fails nothing', () => {
  expect(kernelsLine((name) => (name === 'sha256' ? 'no SIMD' : ''))).toEqual({
    what: 'kernels',
    ok: true,
    isWarning: true,
    detail: 'sha256 does not load (no SIMD); TypeScript does it instead, more slowly',
  })
})
