// The hot path's steps in plain TypeScript: no WASM, no native module. It tells whether a change
// of speed is ours or a native part's, and runs wherever Node does.
//   npm run bench:native-free -- [--rounds 3] [--time 250] [--only decode] [--json FILE]
import { benchOptions } from './harness.ts'
import type { Measurement } from './measurement.ts'
import { machineLine, print, writeJson } from './report.ts'
import { NATIVE_FREE_SUITES, stepsSeen } from './suites.ts'

const options = benchOptions(process.argv.slice(2))
print(`${machineLine()}; median of ${options.rounds} interleaved rounds\n`)
const measurements: Measurement[] = []
for (const suite of NATIVE_FREE_SUITES) measurements.push(...(await suite.measure(options)))
writeJson(options.json, { machine: machineLine(), rounds: options.rounds, measurements })
if (Number.isNaN(stepsSeen())) print('not a number was computed\n')
