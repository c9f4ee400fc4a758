import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import {
  baselineText,
  EMPTY_BASELINE,
  merged,
  readBaseline,
  withoutSuites,
  writeBaseline,
  type Baseline,
} from '../../native-free-bench/baseline.ts'
import { baselineOf, measurementOf, tableRows } from './measurement-text.ts'

const folder = mkdtempSync(join(tmpdir(), 'floe-baseline-'))
afterAll(() => rmSync(folder, { recursive: true }))

const one = (runs: string): Baseline => {
  const line = baselineOf(runs)
  return line === null ? EMPTY_BASELINE : { machines: ['box'], lines: [line] }
}

describe('one run more', () => {
  it.each(
    tableRows(`
      baseline        | this run             | merged
      -               | peer 3 4 5           | peer 4
      peer 4          | peer 3 2 3           | peer 4 3
      peer 4 3        | peer 9 9 9           | peer 4 3 9
      peer 4          | peer 3.00049         | peer 4 3
      reference 1.5   | reference 1.9        | reference 1.5 1.9
      reference 1.5   | peer 4               | peer 4
    `),
  )('%s and %s are %s', (baseline, run, expected) => {
    const measurements = [{ suite: 'decode', measurement: measurementOf(run) }]
    expect(merged(one(baseline), 'box', measurements)).toEqual(one(expected))
  })

  it('leaves what it could not measure, and adds what is new', () => {
    const noisy = measurementOf('peer 9', { isMeasurable: false })
    const added = measurementOf('peer 2', { name: 'encode' })
    const measurements = [noisy, added].map((measurement) => ({ suite: 'decode', measurement }))
    const { machines, lines } = merged(one('peer 4'), 'another box', measurements)
    expect(lines.map(({ name, runs }) => [name, runs])).toEqual([
      ['decode', [4]],
      ['encode', [2]],
    ])
    expect(machines).toEqual(['box', 'another box'])
  })

  it('is of one line for the same row, name and peer only', () => {
    const others = [{ row: '4' }, { name: 'b' }, { against: 'ccxt' }].map((line) => ({
      suite: 'decode',
      measurement: measurementOf('peer 2', line),
    }))
    expect(merged(one('peer 4'), 'box', others).lines).toHaveLength(4)
  })
})

it('forgets whole suites', () => {
  const book = baselineOf('peer 3', { suite: 'book' })!
  const both = { machines: ['box'], lines: [...one('peer 4').lines, book] }
  expect(withoutSuites(both, new Set(['decode'])).lines).toEqual([book])
  expect(withoutSuites(both, new Set(['decode', 'book']))).toEqual(EMPTY_BASELINE)
})

describe('the file', () => {
  const many = Array.from({ length: 40 }, (_, i) => i + 1.5)

  it.each([
    ['empty', EMPTY_BASELINE],
    ['of one run', one('peer 4')],
    ['of many runs and machines', { ...one(`peer ${many.join(' ')}`), machines: ['a', 'b'] }],
  ])('%s is read as it was written', (_, baseline) => {
    const path = join(folder, 'baseline.json')
    writeBaseline(path, baseline)
    expect(readBaseline(path)).toEqual(baseline)
  })

  it('is formatted as the formatter would', () => {
    expect(baselineText(one('peer 4 3.5'))).toBe(`{
  "machines": ["box"],
  "lines": [
    {
      "suite": "decode",
      "row": "3",
      "name": "decode",
      "against": "JSON.parse",
      "relation": "peer",
      "runs": [4, 3.5]
    }
  ]
}
`)
  })

  it('may be missing, but not hold nonsense', () => {
    expect(readBaseline(join(folder, 'none.json'))).toBeNull()
    const path = join(folder, 'bad.json')
    writeFileSync(path, JSON.stringify({ machines: [], lines: [{ name: 'decode', runs: [null] }] }))
    expect(() => readBaseline(path)).toThrow('"decode" holds no ratios')
  })
})
