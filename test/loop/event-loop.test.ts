// The loop against a turn that counts, a virtual clock and Node's own timers and immediates.
import { afterEach, describe, expect, it } from 'vitest'
import { monoNs, NEVER_NS, NS_PER_MS, type MonoNs } from '#core/units.ts'
import { VirtualClock } from '#core/virtual-clock.ts'
import { EventLoop, type Turning } from '#loop/event-loop.ts'

/** Notes the time of each turn; wants the next one when it is told to. */
class NotedTurns implements Turning {
  readonly atNs: number[] = []
  readonly warmNs: number[] = []
  deadlineNs: number = NEVER_NS
  workLeft = 0
  isTrading = true
  thrown: Error | null = null

  get hasWork(): boolean {
    return this.workLeft > 0
  }

  turn(nowNs: MonoNs): void {
    this.atNs.push(nowNs)
    if (this.workLeft > 0) this.workLeft--
    if (nowNs >= this.deadlineNs) this.deadlineNs = NEVER_NS
    if (this.thrown !== null) throw this.thrown
  }

  keepWarm(nowNs: MonoNs): void {
    this.warmNs.push(nowNs)
    if (this.thrown !== null) throw this.thrown
  }

  nextDeadlineNs(): MonoNs {
    return monoNs(this.deadlineNs)
  }
}

let loops: EventLoop[] = []
afterEach(() => {
  for (const loop of loops) loop.stop()
  loops = []
})

function open(isBusyPolling: boolean, isKeepingWarm = isBusyPolling) {
  const clock = new VirtualClock(0)
  const turns = new NotedTurns()
  const crashes: unknown[] = []
  const onCrash = (thrown: unknown): void => {
    crashes.push(thrown)
  }
  const beats: number[] = []
  const warmLink = { beat: () => void beats.push(clock.nowNs()) }
  const loop = new EventLoop({
    clock,
    idling: { isBusyPolling, isKeepingWarm },
    warmLink,
    onCrash,
  })
  loops.push(loop)
  return { clock, turns, crashes, beats, loop }
}

async function rounds(count: number): Promise<void> {
  for (let round = 0; round < count; round++) {
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
  }
}

const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms)
  })

const immediates = (): number =>
  process.getActiveResourcesInfo().filter((name) => name === 'Immediate').length

describe.each([
  ['sleeping', false],
  ['busy-polling', true],
])('a loop that is %s', (_name, isBusyPolling) => {
  it('turns at once when it starts, and with the time of each read', () => {
    const { turns, loop } = open(isBusyPolling)
    loop.afterRead(monoNs(5))
    expect(turns.atNs).toEqual([])
    loop.start(turns)
    loop.afterRead(monoNs(7))
    expect(turns.atNs).toEqual([0, 7])
  })

  it('turns when the deadline has come, and once for it', async () => {
    const { clock, turns, loop } = open(isBusyPolling)
    turns.deadlineNs = 20 * NS_PER_MS
    loop.start(turns)
    clock.advanceTo(monoNs(20 * NS_PER_MS))
    await sleep(60)
    expect(turns.atNs).toEqual([0, 20 * NS_PER_MS])
  })

  it('comes earlier when a read brought an earlier deadline', async () => {
    const { clock, turns, loop } = open(isBusyPolling)
    turns.deadlineNs = 900 * NS_PER_MS
    loop.start(turns)
    turns.deadlineNs = 10 * NS_PER_MS
    loop.afterRead(monoNs(1))
    clock.advanceTo(monoNs(10 * NS_PER_MS))
    await sleep(50)
    expect(turns.atNs).toEqual([0, 1, 10 * NS_PER_MS])
  })

  it('works off what no socket brings, a turn a round', async () => {
    const { turns, loop } = open(isBusyPolling)
    turns.workLeft = 4
    loop.start(turns)
    await rounds(10)
    expect(turns.workLeft).toBe(0)
    expect(turns.atNs).toHaveLength(4)
  })

  it('turns no more once it was stopped', async () => {
    const { clock, turns, loop } = open(isBusyPolling)
    turns.deadlineNs = NS_PER_MS
    loop.start(turns)
    loop.stop()
    clock.advanceTo(monoNs(NS_PER_MS))
    loop.afterRead(monoNs(NS_PER_MS))
    await sleep(20)
    expect(turns.atNs).toEqual([0])
  })

  it('ends with a turn that threw, and tells of it once', async () => {
    const { turns, crashes, loop } = open(isBusyPolling)
    loop.start(turns)
    turns.thrown = new Error('our bug')
    loop.afterRead(monoNs(1))
    loop.afterRead(monoNs(2))
    await rounds(5)
    expect(crashes).toEqual([turns.thrown])
    expect(turns.atNs).toEqual([0, 1])
    expect(immediates()).toBe(0)
  })
})

describe('busy-polling', () => {
  it('spins without a turn while nothing happens, and lets timers run', async () => {
    const { turns, loop } = open(true)
    loop.start(turns)
    await sleep(30)
    expect(immediates()).toBe(1)
    expect(turns.atNs).toEqual([0])
  })

  it('keeps warm after a quarter of a millisecond of nothing, with a turn behind it', async () => {
    const { clock, turns, beats, loop } = open(true)
    loop.start(turns)
    await rounds(3)
    clock.advanceTo(monoNs(240_000))
    await rounds(3)
    expect(turns.warmNs).toEqual([])
    clock.advanceTo(monoNs(250_000))
    await rounds(3)
    expect([turns.warmNs, beats, turns.atNs]).toEqual([[250_000], [250_000], [0, 250_000]])
    loop.afterRead(monoNs(300_000))
    clock.advanceTo(monoNs(520_000))
    await rounds(3)
    expect(turns.warmNs).toHaveLength(1)
  })

  it('ends with a warming that threw', async () => {
    const { clock, turns, crashes, loop } = open(true)
    loop.start(turns)
    turns.thrown = new Error('our bug')
    clock.advanceTo(monoNs(300_000))
    await rounds(5)
    expect(crashes).toEqual([turns.thrown])
    expect(turns.atNs).toEqual([0])
    expect(immediates()).toBe(0)
  })

  it('gives its core back when it is told to, and takes it again', async () => {
    const { clock, turns, loop } = open(true)
    loop.start(turns)
    const asleep = { isBusyPolling: false, isKeepingWarm: false }
    const spinning = { isBusyPolling: true, isKeepingWarm: false }
    loop.idle(asleep)
    await rounds(3)
    expect(immediates()).toBe(0)
    clock.advanceTo(monoNs(NS_PER_MS))
    await sleep(5)
    expect(turns.warmNs).toEqual([])
    loop.idle(spinning)
    loop.idle(asleep)
    loop.idle(spinning)
    await rounds(3)
    expect(immediates()).toBe(1)
  })

  it('holds the process no longer than until it is stopped', async () => {
    const { turns, loop } = open(true)
    loop.start(turns)
    await rounds(3)
    loop.stop()
    await rounds(2)
    expect(immediates()).toBe(0)
  })
})

describe('sleeping', () => {
  it('does not spin, and lets its caches cool unless told otherwise', async () => {
    const { clock, turns, beats, loop } = open(false)
    loop.start(turns)
    clock.advanceTo(monoNs(NS_PER_MS))
    await sleep(10)
    expect(immediates()).toBe(0)
    expect([turns.warmNs, beats, turns.atNs]).toEqual([[], [], [0]])
  })

  it('keeps warm each millisecond of nothing while tasks trade', async () => {
    const { clock, turns, beats, loop } = open(false, true)
    loop.start(turns)
    for (const atMs of [1, 2, 3]) {
      clock.advanceTo(monoNs(atMs * NS_PER_MS))
      await sleep(10)
    }
    expect(immediates()).toBe(0)
    const atNs = [1, 2, 3].map((atMs) => atMs * NS_PER_MS)
    expect([turns.warmNs, beats]).toEqual([atNs, atNs])
    // A virtual clock stands still between: the timer comes again and again.
    expect([...new Set(turns.atNs)]).toEqual([0, ...atNs])
  })

  it.each([false, true])('sleeps on where nothing trades (spinning: %s)', async (isSpinning) => {
    const { clock, turns, beats, loop } = open(isSpinning, true)
    turns.isTrading = false
    loop.start(turns)
    clock.advanceTo(monoNs(5 * NS_PER_MS))
    await sleep(10)
    expect([turns.warmNs, beats, turns.atNs]).toEqual([[], [], [0]])
  })
})
