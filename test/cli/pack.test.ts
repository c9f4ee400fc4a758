// What a user gets from the registry: packed, installed into an empty folder, and run there.
import { execFile } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'

const run = promisify(execFile)
const MINUTES = 60_000

/** What `npm pack` reads: the build happens in a copy, beside people and tests at work. */
const CHECKOUT = ['src', '.ci', 'config', 'package.json', 'README.md', 'CHANGELOG.md', 'LICENSE']

let scratch: string
let installed: string

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'floe-pack-'))
  const checkout = join(scratch, 'checkout')
  mkdirSync(checkout)
  for (const name of CHECKOUT.filter((path) => existsSync(path))) {
    cpSync(name, join(checkout, name), { recursive: true })
  }
  symlinkSync(resolve('node_modules'), join(checkout, 'node_modules'))
  await run('npm', ['pack', '--pack-destination', scratch], { cwd: checkout })
  const tarball = readdirSync(scratch).find((name) => name.endsWith('.tgz'))

  installed = join(scratch, 'empty')
  mkdirSync(installed)
  writeFileSync(join(installed, 'package.json'), '{"private": true}')
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--engine-strict=false']
  await run('npm', ['install', ...flags, join(scratch, tarball ?? 'no.tgz')], { cwd: installed })
}, 5 * MINUTES)

afterAll(() => {
  rmSync(scratch, { recursive: true, force: true })
})

/** `npx floe …` in the folder it was installed into. */
async function floe(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  try {
    const { stdout, stderr } = await run('npx', ['--no-install', 'floe', ...argv], {
      cwd: installed,
    })
    return { code: 0, out: stdout, err: stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, out: stdout, err: stderr }
  }
}

it('carries a bundle and no sources', () => {
  const home = join(installed, 'node_modules', 'floe')
  expect(readdirSync(join(home, 'src', 'cli'))).toEqual(['launcher.js'])
  expect(readdirSync(join(home, 'dist'))).toEqual(
    expect.arrayContaining(['main.js', 'control-worker.js', 'journal-worker.js', 'sha256.wasm']),
  )
  expect(existsSync(join(home, 'LICENSE'))).toBe(true)
})

it(
  'checks the configuration that it brings along',
  async () => {
    const config = join('node_modules', 'floe', 'config', 'first-run.yaml')
    const { code, out, err } = await floe('check', config)
    expect(err).not.toContain('Error')
    expect(out).toContain(`✓ ${config}: mode sim, 2 tasks`)
    expect(out).toContain('✓ task sell-1')
    expect(out).toContain('✓ kernels: layout, sha256 in WebAssembly')
    expect(out).not.toContain('✗')
    expect(code).toBe(0)
  },
  MINUTES,
)

it(
  'refuses a wrong configuration with exit code 2',
  async () => {
    writeFileSync(join(installed, 'wrong.yaml'), 'mode: simulation\naccounts: {}\nvenues: {}\n')
    const { code, out } = await floe('check', 'wrong.yaml')
    expect(out).toContain(
      '✗ wrong.yaml:1:7: mode: found "simulation", allowed sim or paper or live',
    )
    expect(code).toBe(2)
  },
  MINUTES,
)
