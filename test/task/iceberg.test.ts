import { describe, expect, it } from 'vitest'
import { RejectReason } from '#order/order-codes.ts'
import { TaskBench, type BenchMarket } from './task-bench.ts'

const BTC: BenchMarket = { tick: '0.01', lot: '0.00001', bid: '43249.90', ask: '43250.00' }
const sell = (more: Record<string, unknown> = {}) => ({
  side: 'sell',
  total_quantity: '1',
  order_quantity: '0.1',
  ...more,
})

describe('iceberg, the examples worked through', () => {
  it('sells 1.0 in ten slices two ticks inside the ask, tolerance 5', () => {
    const bench = new TaskBench(BTC, sell({ offset_ticks: -2, tick_tolerance: 5 })).start()
    expect(bench.sent()).toEqual(['sell 0.1 @ 43249.98'])
    bench.accept()

    // ask net of ours   distance   what follows
    bench.wait(1_000).quote('43249.90', '43250.04') // 4, kept
    expect(bench.sent()).toEqual([])
    bench.wait(1_000).quote('43249.90', '43250.05') // 5
    expect(bench.sent()).toEqual(['cancel reprice'])
    bench.cancelled()
    expect(bench.sent()).toEqual(['sell 0.1 @ 43250.03'])
    bench.accept()
    bench.wait(1_000).quote('43249.90', '43250.01') // 4 the other way, kept
    expect(bench.sent()).toEqual([])
    bench.wait(1_000).quote('43249.80', '43249.95')
    bench.cancelled()
    expect(bench.sent()).toEqual(['cancel reprice', 'sell 0.1 @ 43249.93'])

    for (let slice = 0; slice < 10; slice++) bench.fillWhole()
    expect(bench.state).toBe('COMPLETED')
    expect(bench.states).toEqual(['IDLE', 'EXECUTING', 'COMPLETED'])
    expect(bench.report).toMatchObject({ filled: '1', residual: '0', cancelled: '0', fills: 10 })
  })

  it('a positive number is passive: two ticks above the ask for a sell', () => {
    const bench = new TaskBench(BTC, sell({ offset_ticks: 2 })).start()
    expect(bench.sent()).toEqual(['sell 0.1 @ 43250.02'])
  })

  it('buys 50 in 25 slices one tick above the bid, tolerance 3, 500 ms apart', () => {
    const eth: BenchMarket = { tick: '0.01', lot: '0.0001', bid: '2400.00', ask: '2400.10' }
    const bench = new TaskBench(eth, {
      side: 'buy',
      total_quantity: '50',
      order_quantity: '2',
      offset_ticks: -1,
      tick_tolerance: 3,
      reprice_interval: '500ms',
    }).start()
    expect(bench.sent()).toEqual(['buy 2 @ 2400.01'])
    bench.accept()
    bench.wait(1_000).quote('2400.02', '2400.10') // 2, kept
    expect(bench.sent()).toEqual([])
    bench.wait(1_000).quote('2400.03', '2400.10') // 3
    bench.cancelled()
    expect(bench.sent()).toEqual(['cancel reprice', 'buy 2 @ 2400.04'])
    for (let slice = 0; slice < 25; slice++) bench.fillWhole()
    expect(bench.state).toBe('COMPLETED')
    expect(bench.report).toMatchObject({ filled: '50', fills: 25 })
  })

  it.each([
    ['0', '43250'],
    ['2', '43252'],
  ])('the log line "ours 43245, market 43250": offset %s moves to %s', (offset, price) => {
    const market: BenchMarket = { tick: '1', lot: '0.00001', bid: '43240', ask: '43245' }
    const bench = new TaskBench(market, sell({ offset_ticks: 0, tick_tolerance: 5 })).start()
    bench.accept()
    bench.sent()
    bench.update({ offset_ticks: Number(offset) })
    bench.wait(1_000).quote('43240', '43250')
    bench.cancelled()
    expect(bench.sent()).toEqual(['cancel reprice', `sell 0.1 @ ${price}`])
  })
})

describe('iceberg, resumed', () => {
  const resume = { filled_quantity: '0.3', average_price: '43249', order_id: 'abc123' }
  const resumed = () =>
    new TaskBench(BTC, sell({ offset_ticks: -2, tick_tolerance: 5, resume })).start()

  it('takes abc123 over with its 0.04 filled, keeps it, then sends six slices of 0.1', () => {
    const bench = resumed()
    expect(bench.sent()).toEqual(['adopt abc123'])
    bench.reportedOpen('0.1', '43249.98', '0.04')
    bench.fill('0.04', '43249.98')
    expect(bench.report.filled).toBe('0.34')
    expect(bench.sent()).toEqual([]) // live 0.06, 0 ticks away: kept
    bench.fill('0.06', '43249.98')
    for (let slice = 0; slice < 6; slice++) bench.fillWhole()
    expect(bench.sent()).toEqual(Array.from({ length: 6 }, () => 'sell 0.1 @ 43249.98'))
    expect(bench.report).toMatchObject({ state: 'COMPLETED', filled: '1', orders: 6 })
    expect(bench.report.average_price).toBe('43249.686')
  })

  it('places nothing while abc123 is not found', () => {
    const bench = resumed()
    bench.sent()
    bench.wait(60_000).quote('43000.00', '43000.10')
    expect(bench.sent()).toEqual([])
  })
})

describe('iceberg, one order at a time', () => {
  it('never exceeds the total while a cancel is unanswered and a fill races it', () => {
    const bench = new TaskBench(BTC, sell({ total_quantity: '0.15' })).start()
    bench.accept().sent()
    bench.wait(1_000).quote('43249.00', '43249.10')
    expect(bench.sent()).toEqual(['cancel reprice'])
    bench.fill('0.04')
    expect(bench.sent()).toEqual([])
    bench.cancelled()
    expect(bench.sent()).toEqual(['sell 0.1 @ 43249.1'])
    bench.fillWhole()
    expect(bench.sent()).toEqual(['sell 0.01 @ 43249.1'])
  })

  it('waits for fills that a cancel announced and the stream has not shown', () => {
    const bench = new TaskBench(BTC, sell()).start()
    bench.accept().sent()
    bench.wait(1_000).quote('43249.00', '43249.10')
    bench.sent()
    bench.cancelled('0.06')
    expect(bench.sent()).toEqual([])
    bench.fill('0.06')
    expect(bench.sent()).toEqual(['sell 0.1 @ 43249.1'])
    expect(bench.report.filled).toBe('0.06')
  })

  it('places nothing while the fate of an order is unknown, and goes on when it is settled', () => {
    const bench = new TaskBench(BTC, sell()).start()
    bench.unknown().sent()
    bench.wait(60_000).quote('43249.00', '43249.10')
    expect(bench.sent()).toEqual([])
    bench.fill('0.1')
    expect(bench.sent()).toEqual(['sell 0.1 @ 43249.1'])
  })

  it('joins a last slice that would be too small to send alone', () => {
    const bench = new TaskBench(BTC, sell({ total_quantity: '0.20003' })).start()
    bench.fillWhole()
    expect(bench.sent()).toEqual(['sell 0.1 @ 43250', 'sell 0.10003 @ 43250'])
  })

  it('reports what no venue would take as residual, with a reason', () => {
    const bench = new TaskBench(BTC, sell({ total_quantity: '0.1' })).start()
    bench.accept().fill('0.09999').wait(1_000).quote('43249.00', '43249.10')
    bench.cancelled()
    expect(bench.state).toBe('COMPLETED')
    expect(bench.report).toMatchObject({
      filled: '0.09999',
      residual: '0.00001',
      reason: 'residual below the venue minimum',
    })
  })

  it('does not reprice more often than reprice_interval', () => {
    const bench = new TaskBench(BTC, sell({ reprice_interval: '1s' })).start()
    bench.accept()
    bench.wait(10).quote('43249.90', '43250.10').cancelled().accept().sent()
    bench.wait(10).quote('43249.90', '43250.20')
    expect(bench.sent()).toEqual([])
    bench.wait(1_000)
    expect(bench.sent()).toEqual(['cancel reprice'])
    expect(bench.report.reprices).toBe(2)
  })

  it('an order held at its limit price is not stale', () => {
    const bench = new TaskBench(BTC, sell({ limit_price: '43250.00' })).start()
    bench.accept().sent()
    bench.wait(1_000).quote('43200.00', '43200.10')
    expect(bench.sent()).toEqual([])
  })
})

describe('iceberg, commands', () => {
  it('pauses by taking the order back, keeps fills, resumes', () => {
    const bench = new TaskBench(BTC, sell()).start()
    bench.accept().sent()
    expect(bench.command('pause')).toBeNull()
    expect(bench.state).toBe('PAUSING')
    expect(bench.sent()).toEqual(['cancel pause'])
    bench.fill('0.03')
    bench.cancelled()
    expect(bench.state).toBe('PAUSED')
    expect(bench.report.filled).toBe('0.03')
    bench.command('resume')
    expect(bench.sent()).toEqual(['sell 0.1 @ 43250'])
  })

  it('cancels to an honest end', () => {
    const bench = new TaskBench(BTC, sell()).start()
    bench.accept().fill('0.04')
    bench.command('cancel')
    expect(bench.state).toBe('CANCELLING')
    bench.cancelled()
    expect(bench.state).toBe('CANCELLED')
    expect(bench.report).toMatchObject({ filled: '0.04', cancelled: '0.96', residual: '0' })
  })

  it.each([
    ['cancel', 'CANCELLING', 'CANCELLED'],
    ['pause', 'PAUSING', 'PAUSED'],
  ] as const)('%s waits for what a crash may have left at the venue', (command, held, ended) => {
    const bench = new TaskBench(BTC, sell()).start()
    bench.isPastKnown = false
    bench.isReady = false
    bench.accept().cancelled()
    bench.command(command)
    expect(bench.state).toBe(held)
    bench.isPastKnown = true
    bench.wait(0)
    expect(bench.state).toBe(ended)
  })

  it('refuses what the table does not allow, naming state and command', () => {
    const bench = new TaskBench(BTC, sell()).start()
    expect(bench.command('resume')?.message).toBe(
      'bench: resume is not possible in state EXECUTING (possible: pause, cancel)',
    )
  })

  it('an update below what is filled and live takes the order back and completes', () => {
    const bench = new TaskBench(BTC, sell()).start()
    bench.fillWhole().accept().sent()
    bench.update({ total_quantity: '0.1' })
    expect(bench.sent()).toEqual(['cancel update'])
    bench.cancelled()
    expect(bench.state).toBe('COMPLETED')
  })

  it('an update keeps a working order whose price and quantity do not change', () => {
    const bench = new TaskBench(BTC, sell()).start()
    bench.accept().sent()
    expect(bench.update({ total_quantity: '2' })).toBeNull()
    expect(bench.sent()).toEqual([])
  })

  it('an update is validated whole and changes nothing when it is wrong', () => {
    const bench = new TaskBench(BTC, sell()).start()
    expect(() => bench.update({ total_quantity: '2', order_quantity: 'many' })).toThrow(
      'bench: order_quantity: found "many", allowed a quoted decimal > 0',
    )
    expect(() => bench.update({ side: 'buy' })).toThrow('side cannot be updated')
    expect(bench.report.total).toBe('1')
  })
})

describe('iceberg, halted by the kill switch', () => {
  it('is suspended, places nothing however long it takes, and goes on where it was', () => {
    const bench = new TaskBench(BTC, sell()).start()
    bench.accept().sent()
    bench.halt = 'kill_switch'
    bench.wait(100).cancelled()
    bench.wait(3_600_000).quote('43249.90', '43251.00')
    expect(bench.sent()).toEqual([])
    expect(bench.state).toBe('EXECUTING')
    expect(bench.report.reason).toBe('suspended: kill_switch')
    bench.halt = ''
    bench.wait(1_000)
    expect(bench.sent()).toEqual(['sell 0.1 @ 43251'])
    expect(bench.report.reason).not.toContain('suspended')
  })

  it('a fill that comes meanwhile counts, and the last one completes it', () => {
    const bench = new TaskBench(BTC, sell({ total_quantity: '0.1' })).start()
    bench.accept()
    bench.halt = 'kill_switch'
    bench.wait(100).fillWhole()
    expect(bench.state).toBe('COMPLETED')
    expect(bench.report).toMatchObject({ filled: '0.1', residual: '0' })
  })

  it('before it has begun it waits, and takes no order over', () => {
    const bench = new TaskBench(BTC, sell({ resume: { filled_quantity: '0', order_id: 'abc123' } }))
    bench.halt = 'kill_switch'
    bench.start().wait(5_000)
    expect(bench.sent()).toEqual([])
    expect([bench.state, bench.report.reason]).toEqual(['IDLE', 'suspended: kill_switch'])
  })
})

describe('iceberg, before it begins', () => {
  it('looks again by itself when there is no room to take an order over', () => {
    const resume = { filled_quantity: '0', average_price: '0', order_id: 'abc123' }
    const bench = new TaskBench(BTC, sell({ resume }))
    bench.hasRoom = false
    bench.start()
    expect([bench.state, bench.wakesInMs <= 100]).toEqual(['IDLE', true])
    bench.hasRoom = true
    expect(bench.wait(100).state).toBe('EXECUTING')
    expect(bench.log).toContain('adopt abc123')
  })

  it('does not take funds that nobody has told of for missing', () => {
    const bench = new TaskBench(BTC, sell())
    bench.freeFunds = Infinity
    expect(bench.start().state).toBe('EXECUTING')
  })
})

describe('iceberg, trouble', () => {
  it('faults after five definite rejections in a row and recovers by itself', () => {
    const bench = new TaskBench(BTC, sell()).start()
    for (let i = 0; i < 5; i++) bench.reject(RejectReason.BadRequest).wait(6_000)
    expect(bench.report.rejects).toBe(5)
    expect(bench.states).toContain('ERROR')
    bench.wait(2_000)
    expect(bench.state).toBe('EXECUTING')
  })

  it('suspends without funds, asks nobody, and goes on when a balance covers the slice', () => {
    const bench = new TaskBench(BTC, sell()).start()
    bench.freeFunds = 0.05
    bench.reject(RejectReason.InsufficientBalance).sent()
    bench.wait(500)
    expect(bench.sent()).toEqual([])
    expect(bench.report.reason).toBe('suspended: insufficient_balance')
    bench.wait(60_000)
    expect(bench.sent()).toEqual([])
    bench.freeFunds = 0.1
    bench.wait(100)
    expect(bench.sent()).toEqual(['sell 0.1 @ 43250'])
    bench.accept()
    expect(bench.report.reason).toBe('')
  })

  it('is refused at start when the account cannot pay for it, and does not retry', () => {
    const bench = new TaskBench(BTC, sell())
    bench.freeFunds = 0.4
    bench.start()
    expect(bench.state).toBe('ERROR')
    expect(bench.task.isOver).toBe(true)
    expect(bench.report.reason).toBe(
      'insufficient balance: 0.4 BTC free, 1 BTC needed; fund the account',
    )
  })

  it('a total below the minimum order is an error, never a silent completion', () => {
    const bench = new TaskBench(
      { ...BTC, minNotional: '100' },
      sell({ total_quantity: '0.001', order_quantity: '0.001' }),
    ).start()
    expect(bench.state).toBe('ERROR')
    expect(bench.report.reason).toContain("below the venue's minimum")
  })

  it('on a stale book places nothing, and takes its order back after the cancel age', () => {
    const bench = new TaskBench(BTC, sell()).start()
    bench.accept().sent()
    bench.isTradable = false
    bench.bookAgeNs = 1e9
    bench.wait(1_000)
    expect(bench.sent()).toEqual([])
    bench.bookAgeNs = 6e9
    bench.wait(5_000)
    expect(bench.sent()).toEqual(['cancel stale_book'])
    bench.cancelled().wait(1_000)
    expect(bench.sent()).toEqual([])
    bench.isTradable = true
    bench.wait(100)
    expect(bench.sent()).toEqual(['sell 0.1 @ 43250'])
  })

  it('a market that moves while the book is stale takes the order back at once', () => {
    const bench = new TaskBench(BTC, sell()).start()
    bench.accept().sent()
    bench.isTradable = false
    bench.movedTicks = 2
    bench.wait(200)
    expect(bench.sent()).toEqual(['cancel stale_book'])
  })

  it('a post-only refusal is a reprice, not a reject', () => {
    const bench = new TaskBench(BTC, sell({ post_only: true, offset_ticks: -20 })).start()
    expect(bench.sent()).toEqual(['sell 0.1 @ 43249.91'])
    bench.reject(RejectReason.PostOnlyWouldTake)
    expect(bench.sent()).toEqual(['sell 0.1 @ 43249.91'])
    expect(bench.report.rejects).toBe(0)
  })
})

describe('iceberg, jitter', () => {
  it('hides the pattern, sums to the total, and is the same for the same seed', () => {
    const [one, two] = [filledWhole(), filledWhole()]
    expect(one.sent()).toEqual(two.sent())
    expect(one.report).toMatchObject({ filled: '1', residual: '0' })
    expect(one.report.orders).not.toBe(10)
  })
})

function filledWhole(): TaskBench {
  const bench = new TaskBench(BTC, sell({ size_jitter_fraction: 0.5 })).start()
  while (bench.state === 'EXECUTING') bench.fillWhole()
  return bench
}
