import { describe, expect, it } from 'vitest'
import { monoNs, NS_PER_MS } from '#core/units.ts'
import { sweepTransitions } from '#watchdog/account-sweep.ts'
import { FakeRescue, idOf } from './fake-rescue.ts'
import { INCARNATION, WatchBench } from './watch-bench.ts'

const OURS = idOf(INCARNATION, 1)

/** Begins; nothing can still arrive `notBeforeMs` from now on. */
function begun(stand: (rescue: FakeRescue) => void, notBeforeMs = 0): WatchBench {
  const bench = new WatchBench()
  stand(bench.rescue)
  bench.sweep.begin(bench.nowNs + notBeforeMs * NS_PER_MS, bench.nowNs)
  return bench
}

it('cancels what is ours and lists again: the proof is a listing without it', () => {
  const bench = begun((rescue) => rescue.stand(OURS, idOf(INCARNATION, 2)))
  expect(bench.rescue.standing).toEqual([])
  expect(bench.sweep.isClear).toBe(false)
  bench.wait(200)
  expect(bench.rescue.questions()).toEqual([
    'list',
    `cancel ${OURS}`,
    `cancel ${idOf(INCARNATION, 2)}`,
    'list',
  ])
  expect([bench.sweep.isClear, bench.sweep.cancelledCount]).toEqual([true, 2])
  expect(bench.told.at(-1)).toBe('account_clear 2')
})

describe('whose orders', () => {
  it.each([
    ['the life that is gone', idOf(INCARNATION, 1), true],
    ['an earlier life', idOf(1, 7), true],
    ['a later life', idOf(INCARNATION + 1, 1), false],
    ['another instance', idOf(INCARNATION, 1, 8), false],
    ['another program', 'abc123', false],
    ['the web page', 'web_0123456789abcdef', false],
    ['nearly our spelling', `${OURS.slice(0, -1)}-`, false],
  ])('%s', (_whose, id, isTakenBack) => {
    const bench = begun((rescue) => rescue.stand(id)).wait(500)
    expect(bench.rescue.standing).toEqual(isTakenBack ? [] : [id])
    expect(bench.sweep.isClear).toBe(true)
  })
})

describe('proof', () => {
  it('is no listing that was asked for while an order may still arrive', () => {
    const bench = begun(() => {}, 3_000)
    bench.wait(2_990)
    expect(bench.sweep.isClear).toBe(false)
    expect(bench.rescue.questions()).toHaveLength(6)
    expect(bench.wait(20).sweep.isClear).toBe(true)
  })

  it('an order that arrives late is found and taken back', () => {
    const bench = begun(() => {}, 3_000).wait(1_200)
    bench.rescue.stand(OURS)
    bench.wait(2_500)
    expect([bench.rescue.standing, bench.sweep.isClear]).toEqual([[], true])
  })

  it('is no answer that comes now to what was asked too early', () => {
    const bench = new WatchBench()
    bench.rescue.isAnswering = false
    bench.sweep.begin(bench.nowNs + 100 * NS_PER_MS, bench.nowNs)
    bench.wait(500).rescue.answerAll()
    expect(bench.sweep.isClear).toBe(false)
  })
})

describe('a venue that does not answer', () => {
  it('is asked again with growing waits, at most every 10 s, until it does', () => {
    const bench = begun((rescue) => {
      rescue.failure = 'no route'
      rescue.stand(OURS)
    })
    const asked = (ms: number) => bench.wait(ms).rescue.questions().length
    expect([asked(2_000), asked(20_000), asked(100_000)]).toEqual([
      expect.toSatisfy((n) => n >= 3 && n <= 6),
      expect.toSatisfy((n) => n >= 3 && n <= 6),
      expect.toSatisfy((n) => n >= 10 && n <= 20),
    ])
    expect(bench.sweep.problem).toBe('no route')
    bench.rescue.failure = ''
    bench.wait(11_000)
    expect([bench.sweep.isClear, bench.sweep.problem]).toEqual([true, ''])
  })

  it('a cancel that fails leaves the order named, and is repeated', () => {
    const bench = begun((rescue) => {
      rescue.stubborn.add(OURS)
      rescue.stand(OURS, idOf(INCARNATION, 2))
    })
    bench.wait(3_000)
    expect(bench.sweep.open.map(({ clientOrderId }) => clientOrderId)).toEqual([OURS])
    expect(bench.told.filter((line) => line.startsWith('cancel_failed')).length).toBeGreaterThan(2)
    bench.rescue.stubborn.clear()
    expect(bench.wait(12_000).sweep.isClear).toBe(true)
  })
})

describe('stopped', () => {
  it('it asks nothing more, and hears only what was done', () => {
    const bench = new WatchBench()
    bench.rescue.isAnswering = false
    bench.rescue.stand(OURS)
    bench.sweep.begin(0, bench.nowNs)
    bench.rescue.answerAll()
    bench.sweep.stop(bench.nowNs)
    bench.rescue.answerAll()
    bench.wait(5_000)
    expect(bench.rescue.questions()).toEqual(['list', `cancel ${OURS}`])
    expect(bench.sweep.cancelledCount).toBe(1)
    expect(bench.sweep.isClear).toBe(false)
  })

  it('it can begin anew, and an old wait does not disturb it', () => {
    const bench = begun((rescue) => rescue.stand(OURS))
    bench.sweep.stop(bench.nowNs)
    bench.rescue.questions()
    bench.sweep.begin(0, monoNs(bench.nowNs))
    expect(bench.sweep.isClear).toBe(true)
    expect(bench.wait(1_000).rescue.questions()).toEqual(['list'])
  })
})

it('takes at most 64 in one pass', () => {
  const ids = Array.from({ length: 100 }, (_, sequence) => idOf(INCARNATION, sequence))
  const bench = begun((rescue) => rescue.stand(...ids))
  expect(bench.rescue.questions()).toHaveLength(65)
  bench.wait(500)
  expect([bench.rescue.standing, bench.sweep.cancelledCount]).toEqual([[], 100])
})

it('has this table', () => {
  expect(sweepTransitions.matrix()).toBe(
    [
      'Idle: Begin→Listing · Stop→Idle',
      'Listing: FoundOurs→Cancelling · FoundNone→Resting · Proved→Clear · Failed→Resting' +
        ' · Stop→Idle',
      'Cancelling: Answered→Resting · Stop→Idle',
      'Resting: Again→Listing · Stop→Idle',
      'Clear: Begin→Listing · Stop→Idle',
    ].join('\n'),
  )
})
