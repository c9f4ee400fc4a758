// Every suite of the deployed configuration: steps first, then what needs sockets and processes.
import { WASM_KERNELS } from '#kernel/kernels.ts'
import type { Suite } from '../native-free-bench/measurement.ts'
import { stepSuites } from '../native-free-bench/suites.ts'
import { bookPeersSuite } from './book-peers.ts'
import { dispatchSuite } from './dispatch.ts'
import { handOffSuite } from './hand-off.ts'
import { histogramSuite } from './histogram.ts'
import { journalSuite } from './journal.ts'
import { receiveSuite } from './receive.ts'
import { recoverySuite } from './recovery.ts'
import { restSuite } from './rest.ts'
import { scaleSuite } from './scale.ts'
import { seedFiguresSuite } from './seed-figures.ts'
import { signatureSuite } from './signature.ts'
import { tickToOrderSuite } from './tick-to-order.ts'
import { tickerHandlerSuite } from './ticker-handler.ts'
import { wireToWireSuite } from './wire-to-wire.ts'

export const SUITES: readonly Suite[] = [
  ...stepSuites(WASM_KERNELS),
  tickerHandlerSuite,
  bookPeersSuite,
  signatureSuite,
  histogramSuite,
  handOffSuite,
  dispatchSuite,
  journalSuite,
  receiveSuite,
  restSuite,
  tickToOrderSuite,
  wireToWireSuite,
  seedFiguresSuite,
  scaleSuite,
  recoverySuite,
]
