// Finds for each planted bug the first seed that notices it, and records it in seeds.json.
//
//   node test/planted/search.ts [--only NAME]… [--seeds 500] [--first-seed 1]
//
// Ends with 1 when a bug is not found: then the exploration lacks a fault or an invariant, and the
// bug stays planted until it has one.
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { readSeeds, writeSeeds, type Planting } from './planting.ts'
import { PLANTINGS } from './plantings.ts'
import { Workshops, type Finding } from './workshop.ts'

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    seeds: { type: 'string', default: '500' },
    'first-seed': { type: 'string', default: '1' },
  },
})
const seeds = Array.from(
  { length: Number(options.seeds) },
  (_, index) => Number(options['first-seed']) + index,
)
const names = PLANTINGS.map(({ name }) => name)
const stranger = options.only.find((name) => !names.includes(name))
if (stranger !== undefined) {
  say(`no planted bug "${stranger}"; there are ${names.join(', ')}`)
  process.exit(2)
}
const isAll = options.only.length === 0
const wanted = PLANTINGS.filter(({ name }) => isAll || options.only.includes(name))

const workshops = new Workshops(Math.min(wanted.length, availableParallelism()))
process.on('exit', () => workshops.close())
const areFound = await Promise.all(wanted.map(search))
say(`${areFound.filter(Boolean).length} of ${wanted.length} found`)
process.exitCode = areFound.every(Boolean) ? 0 : 1

function search(planting: Planting): Promise<boolean> {
  return workshops.use(async (shop) => {
    const beganMs = performance.now()
    const findings = await shop.explorePlanted(planting, seeds)
    const seconds = ((performance.now() - beganMs) / 1_000).toFixed(1)
    const last = findings.at(-1)
    const isFound = last !== undefined && planting.says.test(last.broken)
    if (isFound) writeSeeds({ ...readSeeds(), [planting.name]: last.seed })
    const result = isFound ? `seed ${last.seed}: ${last.broken}` : `NOT FOUND${others(findings)}`
    say(`${planting.name.padEnd(32)} ${seconds.padStart(6)} s  ${result}`)
    return isFound
  })
}

/** What was broken otherwise: a bug that shows, and not as it should. */
function others(findings: readonly Finding[]): string {
  const said = findings.filter(({ broken }) => broken !== '')
  const first = said[0]
  if (first === undefined) return ''
  return `; ${said.length} seeds say something else, seed ${first.seed}: ${first.broken}`
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
