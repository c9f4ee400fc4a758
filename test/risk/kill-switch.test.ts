import { describe, expect, it } from 'vitest'
import { monoNs, NS_PER_MS } from '#core/units.ts'
import { KillSwitch, PlaceState, placeTransitions, type KillCause } from '#risk/kill-switch.ts'

const ALICE: KillCause = { origin: 'cli', who: 'alice', reason: 'a wrong price' }
const BOB: KillCause = { origin: 'api', who: 'bob', reason: 'me too' }
const at = (ms: number) => monoNs(ms * NS_PER_MS)

function engaged(...notBeforeMs: number[]) {
  const killSwitch = new KillSwitch()
  killSwitch.engage(ALICE, at(1_000))
  const places = notBeforeMs.map((ms, instrument) => killSwitch.watch(0, instrument, at(ms)))
  return { killSwitch, places, place: places[0]! }
}

it('is released until somebody engages it, and keeps who was first', () => {
  const killSwitch = new KillSwitch()
  expect([killSwitch.isEngaged, killSwitch.cause]).toEqual([false, null])
  expect(killSwitch.engage(ALICE, at(5))).toBe(true)
  expect(killSwitch.engage(BOB, at(9))).toBe(false)
  expect(killSwitch.isEngaged).toBe(true)
  expect(killSwitch.cause).toEqual(ALICE)
  expect(killSwitch.engagedNs).toBe(at(5))
})

it('released, it knows neither cause nor places', () => {
  const { killSwitch } = engaged(0)
  killSwitch.release()
  expect([killSwitch.isEngaged, killSwitch.cause, killSwitch.places]).toEqual([false, null, []])
  expect(() => killSwitch.release()).toThrow('what is released was engaged')
  killSwitch.engage(BOB, at(2_000))
  expect([killSwitch.cause, killSwitch.engagedNs]).toEqual([BOB, at(2_000)])
})

describe('proof', () => {
  it('takes every place, and at least one', () => {
    expect(engaged().killSwitch.isProved).toBe(false)
    const { killSwitch, places } = engaged(0, 0)
    for (const place of places) {
      expect(killSwitch.isProved).toBe(false)
      killSwitch.asked(place)
      expect(killSwitch.isProved).toBe(false)
      killSwitch.answered(place, true, at(1_001))
    }
    expect(killSwitch.isProved).toBe(true)
  })

  it('is not asked for while an order may be in flight', () => {
    const { killSwitch, place } = engaged(4_000)
    expect(killSwitch.mayAsk(place, at(3_999))).toBe(false)
    expect(killSwitch.mayAsk(place, at(4_000))).toBe(true)
  })

  it('is asked for once, and again after a pause when the answer was unclear', () => {
    const { killSwitch, place } = engaged(0)
    killSwitch.asked(place)
    expect(killSwitch.mayAsk(place, at(1_000))).toBe(false)
    killSwitch.answered(place, false, at(1_010))
    expect(place.state).toBe(PlaceState.Unproved)
    expect(killSwitch.mayAsk(place, at(1_259))).toBe(false)
    expect(killSwitch.mayAsk(place, at(1_260))).toBe(true)
  })

  it('a pause never makes a later time earlier', () => {
    const { killSwitch, place } = engaged(9_000)
    killSwitch.askLater(place, at(1_000))
    expect(place.notBeforeNs).toBe(at(9_000))
  })

  it('is lost when an order of ours turns up after all', () => {
    const { killSwitch, place } = engaged(0)
    killSwitch.orderSeen(place)
    expect(place.state).toBe(PlaceState.Unproved)
    killSwitch.asked(place)
    killSwitch.orderSeen(place)
    expect(place.state).toBe(PlaceState.Asked)
    killSwitch.answered(place, true, at(1_001))
    expect(killSwitch.isProved).toBe(true)
    killSwitch.orderSeen(place)
    expect(killSwitch.isProved).toBe(false)
    expect(killSwitch.mayAsk(place, at(1_002))).toBe(true)
  })

  it('an answer nobody asked for is our bug', () => {
    const { killSwitch, place } = engaged(0)
    expect(() => killSwitch.answered(place, true, at(1))).toThrow('asked before it was answered')
  })
})

it('has this table', () => {
  expect(placeTransitions.matrix()).toBe(
    [
      'Unproved: Asked→Asked · OrderSeen→Unproved',
      'Asked: Clear→Proved · Unclear→Unproved · OrderSeen→Asked',
      'Proved: OrderSeen→Unproved',
    ].join('\n'),
  )
})
