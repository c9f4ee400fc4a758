// The exploration has teeth: each planted bug is found at its recorded seed, as what it is, and the
// code as it stands passes the same seeds.
import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { planted, readSeeds } from './planting.ts'
import { PLANTINGS } from './plantings.ts'
import { Workshops } from './workshop.ts'

const LANES = 2
const HINT =
  'The recorded seed does not find the bug any more: other code has shifted what happens in it. ' +
  'Search anew with npm run planted -- --only NAME; if 500 seeds do not find it, the ' +
  'exploration has lost a tooth.'
const seeds = readSeeds()
const workshops = new Workshops(LANES)
afterAll(() => workshops.close())

describe('planted bugs', () => {
  it('are twenty at least, planted in production code, each with a recorded seed', () => {
    const names = PLANTINGS.map(({ name }) => name)
    expect(new Set(names).size).toBeGreaterThanOrEqual(20)
    expect(Object.keys(seeds).toSorted()).toEqual(names.toSorted())
    const elsewhere = PLANTINGS.filter(({ file }) => !/^src\/(?!explore|sim)/.test(file))
    expect(elsewhere).toEqual([])
  })

  it.concurrent('are not in the code as it stands: it passes the same seeds', () =>
    workshops.use(async (shop) => {
      const findings = await shop.explore([...new Set(Object.values(seeds))])
      expect(findings.filter(({ broken }) => broken !== '')).toEqual([])
    }))

  it.each(PLANTINGS.map((planting) => [planting.name, planting] as const))(
    '%s fits the code',
    (_name, planting) => {
      expect(planted(planting, readFileSync(planting.file, 'utf8'))).toContain(planting.put)
    },
  )

  it.concurrent.each(PLANTINGS.map((planting) => [planting.name, planting] as const))(
    '%s is found',
    (name, planting) =>
      workshops.use(async (shop) => {
        const findings = await shop.explorePlanted(planting, [seeds[name] ?? 1])
        expect(findings.at(-1)?.broken, HINT).toMatch(planting.says)
      }),
  )
})
