// The release gate of the plain TypeScript steps: the same rules as `npm run bench:gate`, with a
// baseline of its own and no peers to install.
//   npm run bench:native-free:gate -- [--rounds 3] [--only decode] [--write-baseline] [--help]
import { gate } from './gate-run.ts'
import { NATIVE_FREE_SUITES } from './suites.ts'

process.exitCode = await gate(
  {
    entry: import.meta.filename,
    suites: NATIVE_FREE_SUITES,
    baseline: 'native-free-bench/baseline.json',
    out: 'bench/out/native-free-gate',
  },
  process.argv.slice(2),
)
