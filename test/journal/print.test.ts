import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JournalRecord } from '#journal/record-layout.ts'
import { RecordPrinter } from '#journal/print.ts'
import { anyRecord } from './any-record.ts'

const header = { sequence: 1, nowNs: 1_500_000_000 }
const id = { clientIdHi: 0x0080_0200, clientIdLo: 1 }
const instrument: JournalRecord = {
  ...header,
  kind: 'instrument',
  index: 7,
  facts: '{"symbol":"BTC/USDT","market":"binance_spot","priceScale":2,"qtyScale":8}',
}
const created: JournalRecord = {
  ...header,
  kind: 'order_created',
  ...id,
  task: 3,
  instrument: 7,
  account: 0,
  side: 1,
  type: 2,
  timeInForce: 0,
  reduceOnly: false,
  priceUnits: 6_412_345,
  qtyUnits: 10_000_000,
}
const event: JournalRecord = {
  ...header,
  kind: 'order_event',
  ...id,
  event: 7,
  stateAfter: 4,
  reason: 0,
  filledUnits: 1_000,
  cumQtyUnits: 1_000,
  venueOrderId: '',
}

test('an order and its events in the words of a trader', () => {
  const printer = new RecordPrinter()
  printer.line(instrument)
  printer.line({ ...header, kind: 'account', index: 0, exchange: 'b', market: 'm', name: 'main' })
  printer.line({
    ...header,
    kind: 'task_created',
    task: 3,
    id: 'sell-1',
    type: 'iceberg',
    parameters: '{}',
  })
  const words = printer.line(created).split(' ').toSorted()
  const order = words.find((word) => word.startsWith('order='))
  expect(order).toMatch(/^order=f\w{11}$/)
  const expected = `1 1.500000s order_created ${order} task=sell-1 instrument=BTC/USDT account=main
    side=sell type=limit_maker time_in_force=gtc reduce_only=false price=64123.45 qty=0.1`
  expect(words).toEqual(expected.split(/\s+/).toSorted())
  expect(printer.json(event)).toMatchObject({
    event: 'cancel_send',
    state_after: 'pending_cancel',
    reason: 'none',
    filled: '0.00001',
    cum_qty: '0.00001',
  })
})

test('without the instrument the numbers keep their unit in the name', () => {
  const printed = new RecordPrinter().json(created)
  expect(printed).toMatchObject({ price_units: 6_412_345, qty_units: 10_000_000, instrument: 7 })
})

test('texts that hold JSON are shown as such, times as ISO', () => {
  const printer = new RecordPrinter()
  const updated: JournalRecord = {
    ...header,
    kind: 'task_updated',
    task: 0,
    parameters: '{"offset_ticks":1}',
  }
  expect(printer.json(updated)).toMatchObject({ parameters: { offset_ticks: 1 } })
  expect(printer.line({ ...header, kind: 'clock_stamp', wallUs: 1_723_111_222_333_444 })).toContain(
    'clock_stamp wall=2024-08-08T10:00:22.333Z',
  )
  expect(
    printer.line({ ...header, kind: 'notice', level: 2, code: 'book_gap', text: 'a b' }),
  ).toContain('level=alarm code=book_gap text="a b"')
})

test('prints whatever a journal can hold', () => {
  fc.assert(
    fc.property(fc.array(anyRecord), (bodies) => {
      const printer = new RecordPrinter()
      for (const { name, body, nowNs } of bodies) {
        const record = { kind: name, sequence: 1, nowNs, ...body } as unknown as JournalRecord
        expect(printer.line(record)).toContain(` ${name}`)
        expect(JSON.stringify(printer.json(record))).toContain(`"${name}"`)
      }
    }),
  )
})
