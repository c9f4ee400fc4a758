// Holds the embedded venues against other people's clients: `npm run test:peer`.
//
// The clients live in this folder under a lock of their own and are installed the first time, so
// that nobody downloads 70 MB of them to use floe.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const FOLDER = import.meta.dirname

interface Manifest {
  readonly version?: string
  readonly dependencies?: Readonly<Record<string, string>>
}

function manifestIn(folder: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  } catch {
    return undefined
  }
}

function isInstalled(): boolean {
  const pins = Object.entries(manifestIn(FOLDER)?.dependencies ?? {})
  return pins.every(
    ([name, pin]) => manifestIn(join(FOLDER, 'node_modules', name))?.version === pin,
  )
}

function run(command: string, ...argv: string[]): number {
  return spawnSync(command, argv, { stdio: 'inherit' }).status ?? 1
}

let code = isInstalled() ? 0 : run('npm', 'ci', '--prefix', FOLDER)
if (code === 0) code = run('vitest', 'run', '--config', join(FOLDER, 'vitest.config.ts'))
process.exitCode = code
