// A series of seeds is the same series whoever does it, and however often it is interrupted.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SeedSeries } from '../../src/cli/explore-file.ts'
import { doAll, type Work } from '../../src/cli/explore-crew.ts'
import { missingFaults, summaryText } from '../../src/cli/explore-text.ts'
import { FAULT_KINDS } from '#explore/fault-kinds.ts'
import { Tally } from '#explore/tally.ts'

const SEEDS: readonly Work[] = [3, 6]

async function tallyOf(works: Iterable<Work>, jobs: number): Promise<Tally> {
  const tally = new Tally()
  await doAll(
    works,
    jobs,
    ({ run }) => tally.add(run),
    () => false,
  )
  return tally
}

async function goOn(series: SeedSeries, works: readonly Work[]): Promise<void> {
  await doAll(
    works,
    1,
    (done) => {
      series.tally.add(done.run)
      series.done(done.run.seed)
    },
    () => false,
  )
  series.save()
}

describe('a crew', () => {
  it('comes to the same on one thread and on two', async () => {
    const alone = await tallyOf(SEEDS, 1)
    const together = await tallyOf(SEEDS.toReversed(), 2)
    expect(together.data()).toEqual(alone.data())
    expect(alone.seeds).toBe(SEEDS.length)
  })

  it('dies at records as well', async () => {
    const point = { task: 'iceberg', side: 'buy', tail: 'lost', record: 12 } as const
    const tally = await tallyOf([point], 1)
    expect({ deaths: tally.deaths, findings: tally.findings }).toEqual({ deaths: 1, findings: [] })
  })

  it('begins nothing new once it is to stop', async () => {
    const done: number[] = []
    await doAll(
      SEEDS,
      1,
      ({ run }) => done.push(run.seed),
      () => done.length > 0,
    )
    expect(done).toEqual([3])
  })
})

describe('a series in a file', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'floe-series-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('is gone on with where it was left', async () => {
    const path = join(folder, 'series.json')
    const first = new SeedSeries(path)
    await goOn(first, [3, 4])
    const second = new SeedSeries(path)
    expect([2, 3, 4, 5].map((seed) => second.isDone(seed))).toEqual([false, true, true, false])
    await goOn(second, [6])
    expect(second.tally.data()).toEqual((await tallyOf([3, 4, 6], 1)).data())
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
      ranges: [
        [3, 4],
        [6, 6],
      ],
    })
  })

  it('is refused when it is none', () => {
    const path = join(folder, 'other.json')
    writeFileSync(path, '{"seeds": 7}')
    expect(() => new SeedSeries(path)).toThrow('not a series')
  })
})

describe('the summary', () => {
  it('names every kind of fault, those that never happened too', () => {
    const text = summaryText(new Tally())
    for (const [name] of FAULT_KINDS) expect(text).toContain(name)
    expect(missingFaults({}).length).toBe(FAULT_KINDS.length)
  })
})
