// The release gate of the plain TypeScript steps: the same rules as `npm run bench:gate`, with a
// baseline of its own and no peers to install.
//   npm run bench:native-free:gate -- [--rounds 3] [--only decode] [--write-baseline] [--help]
import { TYPESCRIPT_KERNELS } from '#kernel/kernels.ts'
import { gate } from './gate-run.ts'
import { stepSuites } from './suites.ts'

process.exitCode = await gate(
  {
    entry: import.meta.filename,
    suites: stepSuites(TYPESCRIPT_KERNELS),
    baseline: 'native-free-bench/baseline.json',
    out: 'bench/out/native-free-gate',
  },
  process.argv.slice(2),
)
