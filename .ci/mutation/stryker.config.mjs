// How the mutation tester works; what it works on is said in scope.mjs.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const FOLDER = fileURLToPath(new URL('.', import.meta.url))

export default {
  testRunner: 'in-process',
  plugins: [join(FOLDER, 'in-process-runner.mjs')],
  // Only the tests that come by a change are run for it.
  coverageAnalysis: 'perTest',
  concurrency: 2,
  timeoutMS: 5_000,
  tempDirName: join(FOLDER, 'out'),
  // The types are not checked in the copy, they are only taken off.
  disableTypeChecks: false,
  // No tsconfig either: rewriting it takes a compiler of an older make than ours.
  ignorePatterns: [
    ...['/.*', '/bench', '/config', '/dist', '/native-free-bench', '/state', '/test/peer'],
    '/tsconfig.json',
  ],
  reporters: ['progress-append-only'],
  allowConsoleColors: false,
}
