// Measurements and baselines as tables of text, as the gate prints them.
import type { BaselineLine } from '../../native-free-bench/baseline.ts'
import type { Measurement, Relation } from '../../native-free-bench/measurement.ts'

/** `peer 2.1 1.9 2.3` is a measurement against a peer with these ratios, one a round. */
export function measurementOf(text: string, line: Partial<Measurement> = {}): Measurement {
  const { relation, numbers } = parsed(text)
  return {
    row: '3',
    name: 'decode',
    against: 'JSON.parse',
    relation,
    unit: 'ns',
    ours: 100,
    theirs: 100,
    ratios: numbers,
    goal: null,
    isMeasurable: true,
    isHeld: true,
    ...line,
  }
}

/** `peer 2.1 1.9` is a line whose two runs had these medians; `-` is none. */
export function baselineOf(text: string, line: Partial<BaselineLine> = {}): BaselineLine | null {
  if (text === '-') return null
  const { relation, numbers } = parsed(text)
  const identity = { suite: 'decode', row: '3', name: 'decode', against: 'JSON.parse' }
  return { ...identity, relation, runs: numbers, ...line }
}

/** The cells of a table, line by line, split at `|`; the heading is left out. */
export function tableRows(table: string): string[][] {
  const lines = table.split('\n').filter((line) => line.trim() !== '')
  return lines.slice(1).map((line) => line.split('|').map((cell) => cell.trim()))
}

function parsed(text: string): { relation: Relation; numbers: number[] } {
  const [relation, ...numbers] = text.split(' ')
  if (relation !== 'peer' && relation !== 'reference') throw new Error(`no relation: ${text}`)
  return { relation, numbers: numbers.map(Number) }
}
