// Where the kernels do not load their twins do the work, and the engine starts all the same.
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'

const run = promisify(execFile)
/** A memory reserves 8 GB and more: enough for the one that Node strips types by, and no other. */
const ADDRESS_SPACE_KB = 16_000_000
const TELL_MAKES = `
  import { WASM_KERNELS } from '#kernel/kernels.ts'
  import { KERNEL_NAMES, kernelFailure } from '#kernel/wasm-module.ts'
  const makes = [
    WASM_KERNELS.hmacSha256(),
    WASM_KERNELS.layoutMatcher({ keyAt: 2, levelsMax: 1, layoutsMax: 1 }),
  ]
  console.log(makes.map((make) => make.constructor.name).join(' '))
  console.log(KERNEL_NAMES.map(kernelFailure).join('; '))
`

let withoutWasm: string

beforeAll(() => {
  withoutWasm = mkdtempSync(join(tmpdir(), 'floe-no-wasm-'))
  mkdirSync(join(withoutWasm, 'src'))
  cpSync('package.json', join(withoutWasm, 'package.json'))
  for (const room of ['core', 'kernel']) {
    cpSync(join('src', room), join(withoutWasm, 'src', room), {
      recursive: true,
      filter: (path) => !path.endsWith('.wasm'),
    })
  }
})

afterAll(() => rmSync(withoutWasm, { recursive: true }))

/** The classes that were made, and why the kernels fail. */
async function makesAfter(prelude: string, home: string): Promise<string[]> {
  const node = [process.execPath, '--input-type=module-typescript', '-e', TELL_MAKES]
  const { stdout } = await run('bash', ['-c', `${prelude} exec "$@"`, 'bash', ...node], {
    cwd: home,
  })
  return stdout.trim().split('\n')
}

it('kernels here', async () => {
  expect(await makesAfter('', '.')).toEqual(['HmacSha256Kernel LayoutKernel', ';'])
})

it('twins where the compiled files are missing', async () => {
  const [makes, failures] = await makesAfter('', withoutWasm)
  expect(makes).toBe('HmacSha256Twin LayoutTwin')
  expect(failures).toContain('ENOENT')
})

it('twins where the address space is limited', async () => {
  const [makes, failures] = await makesAfter(`ulimit -v ${ADDRESS_SPACE_KB};`, '.')
  expect(makes).toBe('HmacSha256Twin LayoutTwin')
  expect(failures).toContain('could not allocate memory')
})
