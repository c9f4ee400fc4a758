// Every suite of the deployed configuration, cheapest first.
import { WASM_KERNELS } from '#kernel/kernels.ts'
import { stepSuites } from '../native-free-bench/suites.ts'
import type { Suite } from '../native-free-bench/measurement.ts'
import { tickToOrderSuite } from './tick-to-order.ts'

export const SUITES: readonly Suite[] = [...stepSuites(WASM_KERNELS), tickToOrderSuite]
