// The deployed configuration beside its peers: every suite of the gate, and what it leaves out
// because two processes that spin need more cores than most machines give them.
//   npm run bench -- [--rounds 3] [--time 250] [--only tick] [--json FILE]
import { benchOptions } from '../native-free-bench/harness.ts'
import type { Measurement } from '../native-free-bench/measurement.ts'
import { machineLine, print, writeJson } from '../native-free-bench/report.ts'
import { SUITES } from './suites.ts'
import { turnaroundSuite } from './turnaround.ts'

const options = benchOptions(process.argv.slice(2))
print(`${machineLine()}; median of ${options.rounds} interleaved rounds\n`)
const measurements: Measurement[] = []
for (const suite of [...SUITES, turnaroundSuite])
  measurements.push(...(await suite.measure(options)))
writeJson(options.json, { machine: machineLine(), rounds: options.rounds, measurements })
