// The hot path's steps in plain TypeScript: no WASM, no native module. It tells whether a change
// of speed is ours or a native part's, and runs wherever Node does.
//   npm run bench:native-free -- [--rounds 3] [--time 250] [--only decode] [--json FILE]
import { bookCases, booksSeen } from './book-cases.ts'
import { decodeCases, peerDecodeSum } from './decode-cases.ts'
import { benchOptions, machineLine, print, runCases, writeJson } from './harness.ts'
import { orderCases, ordersSeen } from './order-cases.ts'

const options = benchOptions(process.argv.slice(2))
print(`${machineLine()}; median of ${options.rounds} interleaved rounds\n`)
const results = await runCases([...decodeCases(), ...bookCases(), ...orderCases()], options)
writeJson(options.json, { machine: machineLine(), rounds: options.rounds, results })
// Sums of everything that was computed: without a reader the compiler may drop the work.
if (Number.isNaN(peerDecodeSum() + booksSeen() + ordersSeen())) print('not a number was computed\n')
