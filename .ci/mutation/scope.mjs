// What is changed, and the tests that are to notice: those of the orders, the risk gate and the
// recovery machine, none of which starts a process, a socket or a timer of its own.

export const SOURCES = [
  'src/order/*.ts',
  'src/risk/*.ts',
  'src/loop/{past,reconciler,restore,settlement}*.ts',
]

export const TESTS = [
  'test/order/*.test.ts',
  'test/risk/*.test.ts',
  'test/loop/{hand-settlement,order-truth,past,reconciler,restore,settlement,snapshot}*.test.ts',
]
