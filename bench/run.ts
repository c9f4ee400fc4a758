// The deployed configuration beside its peers: decode, book, order, then tick-to-order end to end.
//   npm run bench -- [--rounds 3] [--time 250] [--only tick] [--json FILE]
import { bookCases } from '../native-free-bench/book-cases.ts'
import { decodeCases } from '../native-free-bench/decode-cases.ts'
import {
  benchOptions,
  machineLine,
  print,
  runCases,
  writeJson,
} from '../native-free-bench/harness.ts'
import { orderCases } from '../native-free-bench/order-cases.ts'
import { printReaction, tickToOrder } from './tick-to-order.ts'

/** A busy instrument, and one so quiet that every tick finds cold caches. */
const TICKS_PER_SECOND = [2_000, 400]

const options = benchOptions(process.argv.slice(2))
print(`${machineLine()}; median of ${options.rounds} interleaved rounds\n`)
const results = await runCases([...decodeCases(), ...bookCases(), ...orderCases()], options)
const reactions = 'tick-to-order'.includes(options.only)
  ? await tickToOrder({ rounds: options.rounds, ticksPerSecond: TICKS_PER_SECOND })
  : []
for (const reaction of reactions) printReaction(reaction)
writeJson(options.json, { machine: machineLine(), rounds: options.rounds, results, reactions })
