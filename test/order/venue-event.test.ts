// A slot that nobody has filled says nothing: no order, no instrument, no count, no words.
import { expect, it } from 'vitest'
import { VENUE_EVENT_KIND_NAMES, VenueEvent, VenueEventKind } from '#order/venue-event.ts'

it('an event begins empty', () => {
  expect(new VenueEvent()).toEqual({
    kind: 0,
    account: 0,
    instrument: -1,
    clientIdHi: 0,
    clientIdLo: 0,
    venueOrderId: '',
    side: 0,
    priceUnits: 0,
    qtyUnits: 0,
    cumQtyUnits: -1,
    cumNotionalUnits: -1,
    tradeId: '',
    fee: '',
    feeAsset: '',
    isMaker: false,
    reason: 0,
    venueCode: 0,
    venueText: '',
    terminal: 0,
    token: 0,
    complete: false,
    asset: '',
    free: '',
    locked: '',
    venueTimeUs: 0,
    receivedNs: 0,
  })
})

it('kinds are named in the order of their numbers', () => {
  for (const [name, kind] of Object.entries(VenueEventKind)) {
    expect(VENUE_EVENT_KIND_NAMES[kind]).toBe(name)
  }
})
