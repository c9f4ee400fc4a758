// Every suite of the deployed configuration, cheapest first.
import { STEP_SUITES } from '../native-free-bench/suites.ts'
import type { Suite } from '../native-free-bench/measurement.ts'
import { tickToOrderSuite } from './tick-to-order.ts'

export const SUITES: readonly Suite[] = [...STEP_SUITES, tickToOrderSuite]
