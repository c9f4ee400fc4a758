// The detached venue process's main: `node venue-main.ts SPEC`, started by venue-process.ts alone.
// It prints its ready line, and ends by the rules of a detached life or on SIGTERM.
import { readFileSync } from 'node:fs'
import { VenueProcess } from '#sim/host-process.ts'
import type { VenueSpec } from '#sim/venue-spec.ts'
import { printError } from './exit-code.ts'

const [specPath] = process.argv.slice(2)

try {
  const spec = JSON.parse(readFileSync(specPath ?? '', 'utf8')) as VenueSpec
  const venue = new VenueProcess(spec, { isDetached: true, onEnd: () => process.exit(0) })
  process.on('SIGTERM', () => venue.close())
  // The terminal's own interrupt is meant for the engine, which tells us when it has ended.
  process.on('SIGINT', () => undefined)
  process.on('SIGHUP', () => undefined)
  process.stdout.write(`${JSON.stringify(venue.ready)}\n`)
} catch (thrown) {
  printError(thrown)
  process.exit(1)
}
