import { describe, expect, it } from 'vitest'
import { TransitionTable } from '#core/transitions.ts'

const S = { Closed: 0, Open: 1 } as const
const E = { Push: 0, Pull: 1, Lock: 2 } as const

const door = new TransitionTable('door', S, E, [
  [S.Closed, E.Push, S.Open],
  [S.Open, E.Pull, S.Closed],
  [S.Open, E.Push, S.Open],
])

describe('a transition table', () => {
  it.each([
    [S.Closed, E.Push, S.Open],
    [S.Open, E.Pull, S.Closed],
    [S.Open, E.Push, S.Open],
    [S.Closed, E.Pull, -1],
    [S.Closed, E.Lock, -1],
    [S.Open, E.Lock, -1],
  ])('from %i by %i to %i', (state, event, next) => {
    expect(door.next(state, event)).toBe(next)
    expect(door.allows(state, event)).toBe(next >= 0)
  })

  it('refuses by name, and says what is possible', () => {
    expect(door.refusal(S.Open, E.Lock).message).toBe(
      'door: "Lock" is not possible in state Open (possible: Push, Pull)',
    )
    const stuck = new TransitionTable('wall', { Solid: 0 }, { Push: 0 }, [])
    expect(stuck.refusal(0, 0).message).toContain('(possible: nothing)')
    expect(door.refusal(9, 9).message).toContain('"event 9" is not possible in state state 9')
  })

  it('counts the cells that are looked up, from when it is asked to', () => {
    const gate = new TransitionTable('gate', S, E, [
      [S.Closed, E.Push, S.Open],
      [S.Open, E.Pull, S.Closed],
    ])
    gate.next(S.Closed, E.Push)
    gate.count()
    gate.next(S.Closed, E.Push)
    gate.next(S.Closed, E.Lock)
    gate.allows(S.Open, E.Pull)
    expect([...gate.counts()]).toEqual([
      ['Closed + Push', 1],
      ['Open + Pull', 0],
    ])
  })

  it('prints its whole matrix', () => {
    expect(door.matrix()).toBe('Closed: Push→Open\nOpen: Push→Open · Pull→Closed')
  })

  it.each([
    [
      'a row twice',
      S,
      E,
      [
        [0, 0, 1],
        [0, 0, 0],
      ],
      'two rows for Closed + Push',
    ],
    ['an unknown state', S, E, [[0, 0, 7]], 'unknown state or event'],
    ['an unknown event', S, E, [[0, 3, 0]], 'unknown state or event'],
    ['numbers with a hole', { A: 0, B: 2 }, E, [], 'numbers skip 1'],
  ] as const)('refuses %s when it is built', (_name, states, events, rows, message) => {
    expect(() => new TransitionTable('door', states, events, rows)).toThrow(message)
  })
})
