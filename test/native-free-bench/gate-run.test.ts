// The gate over invented suites: what it measures again, what it tells and how it ends.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { readBaseline, writeBaseline, type BaselineLine } from '../../native-free-bench/baseline.ts'
import { gateOptions, helpText } from '../../native-free-bench/gate-options.ts'
import { gate, runGate } from '../../native-free-bench/gate-run.ts'
import type { Measurement } from '../../native-free-bench/measurement.ts'
import type { SuiteReport } from '../../native-free-bench/suite-process.ts'
import { baselineOf, measurementOf } from './measurement-text.ts'

const folder = mkdtempSync(join(tmpdir(), 'floe-gate-'))
afterAll(() => rmSync(folder, { recursive: true }))
let fileCount = 0

interface Outcome {
  readonly code: number
  readonly out: string
  readonly baseline: string
  /** Suites in the order in which they were measured. */
  readonly measured: readonly string[]
}

const good = (...measurements: Measurement[]): SuiteReport => ({
  measurements,
  unmeasured: [],
  failure: '',
})

/** Each suite answers its next report, the last one for ever. */
async function gateOf(
  reports: Readonly<Record<string, readonly SuiteReport[]>>,
  lines: readonly (BaselineLine | null)[] | null,
  ...flags: readonly string[]
): Promise<Outcome> {
  const out = join(folder, `gate-${fileCount++}`)
  const baseline = `${out}-baseline.json`
  const known = lines?.flatMap((line) => line ?? [])
  if (known !== undefined) writeBaseline(baseline, { machines: ['box'], lines: known })
  const measured: string[] = []
  let text = ''
  const plan = {
    baseline,
    out,
    suites: Object.keys(reports),
    machine: 'box',
    busy: '',
    print: (told: string) => {
      text += told
    },
    run: (suite: string) => {
      const before = measured.filter((name) => name === suite).length
      measured.push(suite)
      const all = reports[suite]!
      return Promise.resolve(all[Math.min(before, all.length - 1)]!)
    },
  }
  const code = await runGate(plan, gateOptions(flags, plan))
  return { code, out: text, baseline, measured }
}

const HELD = baselineOf('peer 4 4.4 5')
const FINE = good(measurementOf('peer 4 4 4'))
const SLOW = good(measurementOf('peer 2 2 2'))

describe('the exit code', () => {
  it('is 0 while everything that was held is', async () => {
    const { code, out, measured } = await gateOf({ decode: [FINE] }, [HELD])
    expect(code).toBe(0)
    expect(out).toContain('nothing that was held is lost')
    expect(measured).toEqual(['decode'])
  })

  it('is 1 when a line regressed, twice', async () => {
    const { code, out, measured } = await gateOf({ decode: [SLOW], book: [good()] }, [HELD])
    expect(code).toBe(1)
    expect(out).toContain(
      'REGRESSED 3 | decode | JSON.parse: 2.00×, was 4.00..5.00, must reach 3.40×',
    )
    expect(measured).toEqual(['decode', 'decode', 'book'])
  })

  it('is 0 when the slow run was a disturbed one', async () => {
    const { code, measured } = await gateOf({ decode: [SLOW, FINE] }, [HELD])
    expect(code).toBe(0)
    expect(measured).toHaveLength(3)
  })

  it('is 1 when one fine run of three was luck', async () => {
    const { code, measured } = await gateOf({ decode: [SLOW, FINE, SLOW] }, [HELD])
    expect(code).toBe(1)
    expect(measured).toHaveLength(3)
  })

  it('is 1 when a goal is lost that was held', async () => {
    const near = good(measurementOf('peer 3.5 3.5 3.5', { goal: 4 }))
    const { code, out } = await gateOf({ decode: [near] }, [HELD])
    expect(code).toBe(1)
    expect(out).toContain('GOAL LOST 3 | decode | JSON.parse: 3.50×, goal ≥ 4×')
  })

  it('is 0 when a goal is missed that was never held, and the goal is listed', async () => {
    const far = good(measurementOf('peer 4 4 4', { goal: 8 }))
    const { code, out } = await gateOf({ decode: [far] }, [HELD])
    expect(code).toBe(0)
    expect(out).toMatch(/4\.00× .* FAIL \(not yet reached\)\n/)
    expect(out).toContain(
      '\nFAIL (not yet reached)\n    3  decode (JSON.parse): 4.00×, goal ≥ 8×\n',
    )
  })

  it('is 0 when a held goal is missed by less than the noise', async () => {
    const near = good(measurementOf('peer 3.9 3.9 3.9', { goal: 4 }))
    const { code, out } = await gateOf({ decode: [near] }, [HELD])
    expect(code).toBe(0)
    expect(out).toContain('FAIL (within noise)')
  })

  it('is 0 for what noise makes meaningless, with both numbers told', async () => {
    const noisy = good(measurementOf('peer 1', { isMeasurable: false, ours: 7, theirs: 9 }))
    const { code, out } = await gateOf({ decode: [noisy] }, [HELD])
    expect(code).toBe(0)
    expect(out).toMatch(/7\.0 ns +9\.0 ns .* NOT MEASURABLE HERE/)
  })

  it('is 1 when a suite threw, and the others run all the same', async () => {
    const thrown = { ...good(), failure: 'Error: no socket' }
    const { code, out, measured } = await gateOf({ decode: [thrown], book: [FINE] }, [])
    expect(code).toBe(1)
    expect(out).toContain('SUITE FAILED decode: Error: no socket')
    expect(measured).toEqual(['decode', 'book'])
  })

  it('is 1 when a second try threw', async () => {
    const thrown = { ...good(), failure: 'Error: no socket' }
    const { code } = await gateOf({ decode: [SLOW, thrown] }, [HELD])
    expect(code).toBe(1)
  })

  it('is 1 when two lines cannot be told apart', async () => {
    const twice = good(measurementOf('peer 4'), measurementOf('peer 5'))
    const { code, out } = await gateOf({ decode: [twice] }, [HELD])
    expect(code).toBe(1)
    expect(out).toContain('MEASURED TWICE 3 | decode | JSON.parse')
  })

  it('is 2 when there is nothing to be judged by, or nothing to judge', async () => {
    const unguarded = await gateOf({ decode: [FINE] }, null)
    expect(unguarded).toMatchObject({ code: 2, measured: [] })
    expect(unguarded.out).toContain('write one with --write-baseline')
    const nothing = await gateOf({ decode: [good()] }, [HELD], '--only', 'xyz')
    expect(nothing).toMatchObject({ code: 2 })
    expect(nothing.out).toContain('"xyz"')
  })

  it('is 2, before anything runs, when the peers are not installed', async () => {
    const needs = { folder: join(folder, 'nowhere'), install: 'npm ci --prefix bench/peers' }
    const program = { entry: '', suites: [], baseline: '', out: '', needs }
    const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    const code = await gate(program, [])
    const told = written.mock.calls.map(([text]) => text)
    written.mockRestore()
    expect(code).toBe(2)
    expect(told).toEqual(['npm ci --prefix bench/peers\n'])
  })
})

describe('a line of the baseline that is missing', () => {
  const c = baselineOf('reference 1.5', { against: 'C' })
  const noCompiler = { against: 'C', why: 'no C compiler here' }

  it('fails the gate when nobody says why', async () => {
    const { code, out } = await gateOf({ decode: [FINE] }, [HELD, c])
    expect(code).toBe(1)
    expect(out).toContain('MISSING 3 | decode | C')
  })

  it('is told with its reason otherwise', async () => {
    const excused = { ...FINE, unmeasured: [noCompiler] }
    const { code, out } = await gateOf({ decode: [excused] }, [HELD, c])
    expect(code).toBe(0)
    expect(out).toContain('3 | decode | C: no C compiler here')
  })

  it('is not excused by a reason for something else', async () => {
    const excused = { ...good(), unmeasured: [noCompiler] }
    const { code, out } = await gateOf({ decode: [excused], book: [good(BOOK)] }, [HELD, c])
    expect(code).toBe(1)
    expect(out).toContain('MISSING 3 | decode | JSON.parse')
  })

  it('is a finding when its suite is gone', async () => {
    const { code } = await gateOf({ book: [good(BOOK)] }, [HELD])
    expect(code).toBe(1)
  })

  it('is none when only a part was asked for', async () => {
    const { code } = await gateOf({ decode: [FINE] }, [HELD, c], '--only', 'decode')
    expect(code).toBe(0)
  })
})

const BOOK = measurementOf('peer 7', { name: 'book' })

const runsOf = ({ baseline }: Outcome) =>
  readBaseline(baseline)?.lines.map(({ name, runs }) => [name, runs])

describe('writing a baseline', () => {
  it('adds a run and judges nothing', async () => {
    const outcome = await gateOf({ decode: [SLOW] }, [HELD], '--write-baseline')
    expect(outcome).toMatchObject({ code: 0, measured: ['decode'] })
    expect(runsOf(outcome)).toEqual([['decode', [4, 4.4, 5, 2]]])
  })

  it('says which lines swing too much to guard much', async () => {
    const { out } = await gateOf({ decode: [SLOW] }, [HELD], '--write-baseline')
    expect(out).toContain('1 lines, of 4 to 4 runs\ntoo wide')
  })

  it('begins anew when it is to be fresh', async () => {
    const outcome = await gateOf({ decode: [SLOW] }, [HELD], '--write-baseline', '--fresh')
    expect(runsOf(outcome)).toEqual([['decode', [2]]])
  })

  it('of a part leaves the other suites alone', async () => {
    const book = baselineOf('peer 7', { suite: 'book', name: 'book' })
    const flags = ['--write-baseline', '--fresh', '--only', 'decode']
    const outcome = await gateOf({ decode: [SLOW], book: [good()] }, [HELD, book], ...flags)
    expect(runsOf(outcome)).toEqual([
      ['book', [7]],
      ['decode', [2]],
    ])
  })

  it('writes nothing when a suite threw', async () => {
    const thrown = { ...good(), failure: 'Error: no socket' }
    const flag = '--write-baseline'
    const outcome = await gateOf({ decode: [SLOW], book: [thrown] }, [HELD], flag)
    expect(outcome.code).toBe(1)
    expect(runsOf(outcome)).toEqual([['decode', [4, 4.4, 5]]])
  })
})

it('leaves a document and a picture', async () => {
  const { baseline } = await gateOf({ decode: [FINE], book: [good(BOOK)] }, [HELD])
  const out = baseline.replace('-baseline.json', '')
  const document: unknown = JSON.parse(readFileSync(`${out}.json`, 'utf8'))
  expect(document).toMatchObject({
    machine: 'box',
    findings: [],
    lines: [{ name: 'decode', verdict: 'info', baseline: [4, 4.4, 5] }, { name: 'book' }],
    suites: [{ suite: 'decode' }, { suite: 'book' }],
  })
  expect(existsSync(`${out}.svg`)).toBe(true)
})

describe('the flags', () => {
  const defaults = { baseline: 'baseline.json', out: 'out/gate' }

  it('have defaults', () => {
    expect(gateOptions([], defaults)).toMatchObject({
      rounds: 3,
      timeMs: 250,
      baseline: 'baseline.json',
      json: 'out/gate.json',
      svg: 'out/gate.svg',
    })
  })

  it.each([
    [['--rounds', '0'], '--rounds'],
    [['--time', 'x'], '--time'],
    [['--fresh'], '--write-baseline'],
    [['--mend'], '--mend'],
  ])('%j are refused', (flags, named) => {
    expect(() => gateOptions(flags, defaults)).toThrow(named)
  })

  it('are explained, and so is the policy', () => {
    for (const said of ['--write-baseline', 'baseline.json', 'not yet reached', '15 %']) {
      expect(helpText(defaults)).toContain(said)
    }
  })
})
