// The release gate of the deployed configuration: every suite, judged by its goals and by what
// earlier runs have reached. The policy stands in `--help` and in native-free-bench/verdict.ts.
//   npm run bench:gate -- [--rounds 3] [--time 250] [--only X] [--write-baseline] [--help]
import { join } from 'node:path'
import { gate } from '../native-free-bench/gate-run.ts'
import { SUITES } from './suites.ts'

process.exitCode = await gate(
  {
    entry: import.meta.filename,
    suites: SUITES,
    baseline: 'bench/baseline.json',
    out: 'bench/out/gate',
    needs: {
      folder: join(import.meta.dirname, 'peers/node_modules'),
      install: 'npm ci --prefix bench/peers',
    },
  },
  process.argv.slice(2),
)
