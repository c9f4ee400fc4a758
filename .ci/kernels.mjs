// Compiles each file of src/kernel/asm to the WebAssembly beside it: `npm run kernels`. What it
// writes is committed, so that nobody needs the compiler to run floe; test/kernel/build.test.ts
// compiles again and compares the bytes.
import { mkdirSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { main } from 'assemblyscript/asc'

const root = fileURLToPath(new URL('..', import.meta.url))
const sources = join(root, 'src/kernel/asm')
/** Where the compiled kernels go: beside their TypeScript twins, unless told otherwise. */
const target = process.argv[2] ?? join(root, 'src/kernel')

mkdirSync(target, { recursive: true })
for (const file of readdirSync(sources).filter((name) => name.endsWith('.ts'))) {
  const wasm = join(target, `${basename(file, '.ts')}.wasm`)
  // A stub runtime: kernels allocate nothing. Memory comes from whoever makes the instance.
  const { error, stderr } = await main([
    join(sources, file),
    ...['--outFile', wasm],
    ...['--optimizeLevel', '3', '--shrinkLevel', '0', '--converge'],
    ...['--runtime', 'stub', '--noAssert', '--importMemory'],
    ...['--enable', 'simd', '--disable', 'bulk-memory'],
    ...['--use', 'abort='],
  ])
  if (error !== null) {
    process.stderr.write(stderr.toString())
    throw error
  }
}
