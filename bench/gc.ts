// Memory as it is after a collection, for figures of what something keeps. Works without a flag:
// the collector is switched on for this process and taken from a fresh context.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Objects on the heap and memory outside of it (typed arrays are counted there), in bytes. */
export function bytesKept(): number {
  // Twice: memory outside the heap is given back when the first has found its owner dead.
  collect()
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
