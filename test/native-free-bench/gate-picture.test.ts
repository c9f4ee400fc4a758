import { describe, expect, it } from 'vitest'
import { gatePicture } from '../../native-free-bench/gate-picture.ts'
import type { GateResult } from '../../native-free-bench/gate-report.ts'
import type { Measurement } from '../../native-free-bench/measurement.ts'
import { judge } from '../../native-free-bench/verdict.ts'
import { baselineOf, measurementOf } from './measurement-text.ts'

function pictureOf(...measurements: Measurement[]): string {
  const held = baselineOf('peer 4 4.4 5')
  const lines = measurements.map((measurement) => ({
    suite: 'decode',
    ...judge([measurement, measurement], held?.relation === measurement.relation ? held : null),
  }))
  const rest = {
    machine: 'box',
    busy: '',
    rounds: 3,
    runs: [],
    missing: [],
    writtenOn: [],
    isWriting: false,
  }
  const result: GateResult = { ...rest, lines }
  return gatePicture(result)
}

/** Left and right end of each bar. */
function barsOf(picture: string): [kind: string, left: number, right: number][] {
  const bars = picture.matchAll(/<rect class="(\w+)" x="([\d.]+)" y="\d+" rx="2" width="([\d.]+)"/g)
  return [...bars]
    .map(([, kind, x, width]): [string, number, number] => [
      kind!,
      Number(x),
      Number(x) + Number(width),
    ])
    .slice(0, -5) // the legend
}

describe('a bar', () => {
  it('reaches as far right as its ratio is high, from 1×', () => {
    const [low, high] = barsOf(pictureOf(measurementOf('peer 4'), measurementOf('peer 16')))
    expect(low![1]).toBe(high![1])
    // Equal factors are equal ways on a logarithmic axis.
    expect(high![2] - high![1]).toBeCloseTo(2 * (low![2] - low![1]), 0)
  })

  it('reaches left when the other side is faster', () => {
    const [slow, fast] = barsOf(pictureOf(measurementOf('peer 0.5'), measurementOf('peer 2')))
    expect(slow![2]).toBe(fast![1])
  })

  it('has the colour of its verdict', () => {
    const picture = pictureOf(
      measurementOf('peer 4', { goal: 3 }),
      measurementOf('peer 4', { goal: 9 }),
      measurementOf('peer 1'),
      measurementOf('peer 4'),
      measurementOf('peer 4', { isMeasurable: false }),
    )
    expect(barsOf(picture).map(([kind]) => kind)).toEqual(['pass', 'fail', 'lost', 'info', 'noise'])
  })

  it('stays in the picture, whatever was measured', () => {
    const odd = [0, Infinity, 1e-9, 1e9].map((ratio) => measurementOf(`peer ${ratio}`))
    const picture = pictureOf(...odd)
    expect(picture).not.toMatch(/NaN|Infinity"/)
    for (const [, left, right] of barsOf(picture)) {
      expect(left).toBeGreaterThanOrEqual(400)
      expect(right).toBeLessThanOrEqual(872)
    }
  })
})

it('draws peers and references apart, and no empty part', () => {
  const both = pictureOf(measurementOf('peer 4'), measurementOf('reference 1.5'))
  expect(both).toContain('Against peers')
  expect(both).toContain('Against references')
  expect(pictureOf(measurementOf('peer 4'))).not.toContain('Against references')
})

it('shows goals and earlier runs', () => {
  const picture = pictureOf(measurementOf('peer 4', { goal: 3 }))
  expect(picture.match(/<path class="goal"/g)).toHaveLength(2)
  expect(picture.match(/<path class="held"/g)).toHaveLength(2)
})

it('spells names as text, and cuts what does not fit', () => {
  const name = `a < b & ${'long '.repeat(20)}`
  const picture = pictureOf(measurementOf('peer 4', { name }))
  expect(picture).toContain('a &lt; b &amp; long')
  expect(picture).toContain('…</text>')
})
