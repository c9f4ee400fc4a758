// The peers have a package of their own, which nobody needs to run floe: whether it is there.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { couldNotMeasure } from '../../native-free-bench/unmeasured.ts'

/** False, and said on the terminal, when one of these packages is missing. */
export function arePeersInstalled(suite: string, ...names: readonly string[]): boolean {
  const folder = join(import.meta.dirname, 'node_modules')
  if (names.every((name) => existsSync(join(folder, name, 'package.json')))) return true
  couldNotMeasure(suite, '', 'peers are not installed: npm ci --prefix bench/peers')
  return false
}
