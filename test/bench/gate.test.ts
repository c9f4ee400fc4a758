// The gate as a whole, on real suites: it passes what it has just seen, and fails when a step of
// the real path is made slow. It measures for fractions of a second, so the plain TypeScript gate
// does: it needs no peers. No time is asserted, only exit codes and names.
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const GATE = join(ROOT, 'native-free-bench/gate.ts')
const SLOW_STEP = join(ROOT, 'test/bench/slow-step.ts')
const folder = mkdtempSync(join(tmpdir(), 'floe-gate-'))
const file = (name: string): string => join(folder, name)

interface Ended {
  readonly code: number
  readonly out: string
}

/** The gate over one line, with flags for Node before those for itself. */
function gate(nodeFlags: readonly string[], ...flags: readonly string[]): Promise<Ended> {
  const files = ['--baseline', file('baseline.json'), '--json', file('g.json')]
  const short = ['--only', 'bookTicker', '--rounds', '3', '--time', '60', '--svg', file('g.svg')]
  const argv = [...nodeFlags, GATE, ...files, ...short, ...flags]
  return new Promise((resolve) => {
    execFile(process.execPath, argv, { cwd: ROOT }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out: out + err })
    })
  })
}

beforeAll(async () => {
  for (let run = 0; run < 2; run++) {
    const { code, out } = await gate([], '--write-baseline')
    expect(code, out).toBe(0)
  }
})
afterAll(() => rmSync(folder, { recursive: true }))

it('passes what it has just seen', async () => {
  const { code, out } = await gate([])
  expect(code, out).toBe(0)
  expect(out).toContain('nothing that was held is lost')
})

it('fails when a step of the real path takes four times as long, and names its line', async () => {
  const { code, out } = await gate(['--import', SLOW_STEP])
  expect(code, out).toBe(1)
  expect(out).toMatch(/REGRESSED 3 \| decode bookTicker \| JSON\.parse \+ parseFloat: /)
  // Seen twice, in two processes.
  expect(out).toContain(', REGRESSED, 2 tries')
})

it('leaves the table as a document and as a picture', () => {
  expect(existsSync(file('g.json'))).toBe(true)
  expect(readFileSync(file('g.svg'), 'utf8')).toContain('decode bookTicker')
})
