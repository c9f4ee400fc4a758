// Runs inside a copy of the sources: explores the seeds it is given and prints a line for each.
//
//   node explore-seeds.ts '{"seeds":[1,2,3],"until":"used twice"}'
import { explore } from '#explore/exploration.ts'

interface ExploreOrder {
  readonly seeds: readonly number[]
  /** Source of a pattern: behind the first seed that says so nothing more is explored. */
  readonly until?: string
}

const { seeds, until } = JSON.parse(process.argv[2] ?? '') as ExploreOrder
const pattern = until === undefined ? null : new RegExp(until)

for (const seed of seeds) {
  const { broken } = explore(seed)
  process.stdout.write(`${JSON.stringify({ seed, broken })}\n`)
  if (pattern?.test(broken) === true) break
}
