import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ORDER_EVENTS_MAX } from '#core/limits.ts'
import { VenueEvent, VenueEventKind } from '#order/venue-event.ts'
import { VenueEventQueue } from '#order/venue-event-queue.ts'

const FILL = VenueEventKind.Fill

function put(queue: VenueEventQueue, tradeId: string): void {
  queue.claim(FILL, 0, 0).tradeId = tradeId
  queue.publish()
}

function takeAll(queue: VenueEventQueue): string[] {
  const taken: string[] = []
  for (let event = queue.take(); event !== null; event = queue.take()) taken.push(event.tradeId)
  return taken
}

describe('the queue of venue events', () => {
  it('gives back what a bounded list gives back, in the same order', () => {
    const steps = fc.array(fc.boolean(), { maxLength: 100 })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), steps, (capacity, script) => {
        const queue = new VenueEventQueue(capacity)
        const list: string[] = []
        let lost = 0
        for (const [at, isPut] of script.entries()) {
          if (isPut) {
            put(queue, `${at}`)
            if (list.length < capacity) list.push(`${at}`)
            else lost++
          } else {
            expect(queue.take()?.tradeId).toBe(list.shift())
          }
          expect([queue.count, queue.overflowed]).toEqual([list.length, lost > 0])
        }
        expect(takeAll(queue)).toEqual(list)
      }),
    )
  })

  it('loses the newest when it is full and says so until someone has reconciled', () => {
    const queue = new VenueEventQueue(2)
    for (const tradeId of ['1', '2', '3']) put(queue, tradeId)
    expect([takeAll(queue), queue.overflowed]).toEqual([['1', '2'], true])
    put(queue, '4')
    expect([takeAll(queue), queue.overflowed]).toEqual([['4'], true])
  })

  it('stamps kind, account and time, and clears what the last event in this place said', () => {
    const queue = new VenueEventQueue(1)
    const dirty = queue.claim(VenueEventKind.Cancelled, 5, 70)
    Object.assign(dirty, {
      instrument: 3,
      clientIdHi: 1,
      clientIdLo: 2,
      venueOrderId: '77',
      cumQtyUnits: 9,
      tradeId: '8',
      fee: '0.1',
      feeAsset: 'BNB',
      isMaker: true,
      reason: 4,
      venueCode: -2_010,
      venueText: 'no',
      token: 6,
      complete: true,
      venueTimeUs: 11,
    })
    queue.publish()
    expect(queue.take()).toMatchObject({ kind: VenueEventKind.Cancelled, account: 5, token: 6 })
    const fresh = Object.assign(new VenueEvent(), { kind: FILL, account: 1, receivedNs: 90 })
    expect(queue.claim(FILL, 1, 90)).toEqual(fresh)
  })

  it('clears the place of events that are lost as well', () => {
    const queue = new VenueEventQueue(1)
    put(queue, '1')
    put(queue, '2')
    expect(queue.claim(FILL, 0, 0).tradeId).toBe('')
  })

  it('takes one claim at a time, each published once', () => {
    const queue = new VenueEventQueue(2)
    expect(() => queue.publish()).toThrow('publish without a claim')
    queue.claim(FILL, 0, 0)
    expect(queue.take()).toBe(null)
    expect(() => queue.claim(FILL, 0, 0)).toThrow('a claimed event was not published')
    queue.publish()
    expect(() => queue.publish()).toThrow('publish without a claim')
    expect(queue.count).toBe(1)
  })

  it('holds the largest burst there is', () => {
    const queue = new VenueEventQueue()
    for (let i = 0; i < ORDER_EVENTS_MAX; i++) put(queue, `${i}`)
    expect([queue.count, queue.overflowed]).toEqual([8_192, false])
    put(queue, 'one more')
    expect(queue.overflowed).toBe(true)
  })
})
