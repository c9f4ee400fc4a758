// The committed kernels are what their sources compile to: nobody has to take machine code on
// trust. Compiles all of them anew, into a folder of its own.
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'

const run = promisify(execFile)
const MINUTES = 60_000

const namesIn = (folder: string, ending: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => basename(name, ending))
const sources = namesIn('src/kernel/asm', '.ts')
const scratch = mkdtempSync(join(tmpdir(), 'floe-kernels-'))

beforeAll(() => run(process.execPath, ['.ci/kernels.mjs', scratch]), 2 * MINUTES)
afterAll(() => rmSync(scratch, { recursive: true }))

it('there is a compiled kernel for each source, and no other', () => {
  expect(namesIn('src/kernel', '.wasm')).toEqual(sources)
})

it.each(sources)('%s.wasm is what its source compiles to', (name) => {
  const committed = readFileSync(join('src/kernel', `${name}.wasm`))
  const fresh = readFileSync(join(scratch, `${name}.wasm`))
  expect(fresh.equals(committed), `${name}: run npm run kernels`).toBe(true)
})
