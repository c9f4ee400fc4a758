import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Outcome } from '#core/outcome.ts'
import { RingConsumer, RingProducer, SharedRing } from '#core/shared-ring.ts'
import { monoNs, priceUnits, qtyUnits, Side, wallUs } from '#core/units.ts'
import { DiskState, JournalWord } from '#journal/journal-ring.ts'
import { Journal } from '#journal/journal.ts'
import { decodeRecord, exactBytes, writeBody } from '#journal/record-codec.ts'
import { RECORD_LAYOUTS, type JournalRecord, type RecordBody } from '#journal/record-layout.ts'
import { RecordWriter } from '#journal/record-writer.ts'
import type { Fill } from '#order/fill-ledger.ts'
import { OrderTable } from '#order/order-table.ts'
import { OrderEvent, OrderState } from '#order/order-state.ts'
import { anyRecord } from './any-record.ts'

function journalOn(capacityBytes: number): { journal: Journal; records: () => JournalRecord[] } {
  const ring = SharedRing.allocate(capacityBytes)
  const consumer = new RingConsumer(ring)
  return { journal: new Journal(ring, 0), records: () => drain(consumer) }
}

function drain(consumer: RingConsumer): JournalRecord[] {
  const records: JournalRecord[] = []
  for (let at = consumer.next(); at >= 0; at = consumer.next()) {
    expect(consumer.ring.view.getUint32(at, true)).toBe(consumer.bodyBytes)
    expect(consumer.bodyBytes % 8).toBe(0)
    records.push(decodeRecord(consumer.ring.view, at, 'the ring'))
  }
  consumer.release()
  return records
}

function oneOrder(): { orders: OrderTable; order: number } {
  const orders = new OrderTable(4)
  const order = orders.take(0x4080_0200, 0xffff_fff0)
  orders.setTask(order, 3)
  orders.setInstrument(order, 7)
  orders.setAccount(order, 1)
  orders.setSide(order, 1)
  orders.setType(order, 2)
  orders.setTimeInForce(order, 0)
  orders.setReduceOnly(order, true)
  orders.setPriceUnits(order, 6_412_345)
  orders.setQtyUnits(order, Number.MAX_SAFE_INTEGER)
  return { orders, order }
}

describe('journal records', () => {
  test('every kind survives the way to bytes and back', () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { minLength: 1, maxLength: 20 }), (bodies) => {
        const ring = SharedRing.allocate(1 << 16)
        const writer = new RecordWriter(new RingProducer(ring), 2 ** 33)
        const consumer = new RingConsumer(ring)
        bodies.forEach(({ name, body, nowNs }, i) => {
          const { kind, version } = RECORD_LAYOUTS[name]
          expect(writer.begin(kind, version, exactBytes(name, body), nowNs)).toBe(Outcome.Ok)
          writeBody(writer, name, body)
          writer.commit()
          const expected = { kind: name, sequence: 2 ** 33 + 1 + i, nowNs, ...body }
          expect(drain(consumer)).toEqual([expected])
        })
      }),
    )
  })

  test('kinds are numbered once each', () => {
    const kinds = Object.values(RECORD_LAYOUTS).map(({ kind }) => kind)
    expect(new Set(kinds).size).toBe(kinds.length)
    const lived: number[] = kinds.filter((kind) => kind <= 16)
    expect(lived.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, i) => i + 1))
  })

  test('fields stand by falling size, texts last, so that numbers are aligned', () => {
    const rank = ['f64', 'u32', 'i32', 'u16', 'u8', 'flag', 'text']
    const size = [8, 4, 4, 2, 1, 1, 0]
    for (const { fields } of Object.values(RECORD_LAYOUTS)) {
      const sizes = Object.values<string>(fields).map((type) => size[rank.indexOf(type)]!)
      expect(sizes).toEqual(sizes.toSorted((a, b) => b - a))
    }
  })

  test('a record of a newer kind or version is refused by name', () => {
    const ring = SharedRing.allocate(1_024)
    const writer = new RecordWriter(new RingProducer(ring), 0)
    writer.begin(999, 1, 64, 0)
    writer.commit()
    writer.begin(RECORD_LAYOUTS.fill.kind, 2, 64, 0)
    writer.commit()
    const consumer = new RingConsumer(ring)
    const decodeNext = () => decodeRecord(ring.view, consumer.next(), 'segment 000001.floe')
    const newer = { code: 'journal_newer_version' }
    expect(decodeNext).toThrow(expect.objectContaining(newer))
    expect(decodeNext).toThrow(/segment 000001\.floe holds a fill record of version 2, known: 1/)
  })
})

describe('journal', () => {
  test('copies an order, its events and fills as the tables hold them', () => {
    const { journal, records } = journalOn(1 << 12)
    const { orders, order } = oneOrder()
    expect(journal.orderCreated(orders, order, monoNs(10))).toBe(Outcome.Ok)
    orders.setState(order, OrderState.Open)
    orders.setCumQtyUnits(order, 5)
    orders.setVenueOrderId(order, '28457')
    journal.orderEvent(orders, order, OrderEvent.Accept, 0, monoNs(11))

    const fill: Fill = {
      order,
      clientIdHi: 0x4080_0200,
      clientIdLo: 0xffff_fff0,
      task: 3,
      account: 1,
      instrument: 7,
      side: Side.Sell,
      isMaker: true,
      priceUnits: priceUnits(6_412_345),
      qtyUnits: qtyUnits(5),
      venueTimeUs: 1_723_111_222_333_444,
      tradeId: '99',
      fee: '-0.00000010',
      feeAsset: 'ŁTC',
    }
    journal.fillBooked(fill, true, monoNs(12))

    const id = { clientIdHi: 0x4080_0200, clientIdLo: 0xffff_fff0 }
    expect(records()).toEqual([
      {
        kind: 'order_created',
        sequence: 1,
        nowNs: 10,
        ...id,
        task: 3,
        instrument: 7,
        account: 1,
        side: 1,
        type: 2,
        timeInForce: 0,
        reduceOnly: true,
        priceUnits: 6_412_345,
        qtyUnits: Number.MAX_SAFE_INTEGER,
      },
      {
        kind: 'order_event',
        sequence: 2,
        nowNs: 11,
        ...id,
        event: OrderEvent.Accept,
        stateAfter: OrderState.Open,
        reason: 0,
        filledUnits: 0,
        cumQtyUnits: 5,
        venueOrderId: '28457',
      },
      {
        kind: 'fill',
        sequence: 3,
        nowNs: 12,
        ...id,
        account: 1,
        instrument: 7,
        side: 1,
        isMaker: true,
        provisional: true,
        priceUnits: 6_412_345,
        qtyUnits: 5,
        venueTimeUs: 1_723_111_222_333_444,
        tradeId: '99',
        fee: '-0.00000010',
        feeAsset: 'ŁTC',
      },
    ])
  })

  test('the cold kinds', () => {
    const { journal, records } = journalOn(1 << 12)
    const now = monoNs(1)
    const start: RecordBody<'engine_start'> = {
      instance: 1,
      incarnation: 2,
      wallUs: 3,
      configHash: 'c0ffee',
      mode: 'sim',
    }
    journal.engineStart(start, now)
    journal.clockStamp(wallUs(9), now)
    journal.instrument(0, { symbol: 'BTC/USDT', priceScale: 2 }, now)
    journal.account({ index: 0, exchange: 'binance', market: 'binance_spot', name: 'main' }, now)
    journal.taskCreated({ task: 0, id: 'sell-1', type: 'iceberg', parameters: '{}' }, now)
    journal.taskUpdated(0, '{"offset_ticks":1}', now)
    journal.taskCommand({ task: 0, command: 'pause', origin: 'api' }, now)
    journal.taskState({ task: 0, state: 4, stateName: 'PAUSED', reason: 'paused_by_user' }, now)
    journal.taskNote(0, '{"arrival_price":"64123.45"}', now)
    journal.listingCursor({ account: 0, instrument: 0, tradeId: '99', wallUs: 5 }, now)
    journal.notice('alarm', 'book_gap', 'BTCUSDT: 3 diffs are missing', now)
    journal.engineEnd(true, now)
    const seen = records()
    expect(seen.map((record) => record.sequence)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    expect(seen[0]).toEqual({ kind: 'engine_start', sequence: 1, nowNs: 1, ...start })
    expect(seen[2]).toMatchObject({ facts: '{"symbol":"BTC/USDT","priceScale":2}' })
    expect(seen[10]).toMatchObject({ level: 2, code: 'book_gap' })
    expect(seen[11]).toMatchObject({ kind: 'engine_end', clean: true })
  })

  test('full and too large are outcomes that use no sequence', () => {
    const { journal, records } = journalOn(1 << 18)
    expect(journal.taskNote(0, 'x'.repeat(65_500), monoNs(0))).toBe(Outcome.TooLarge)
    let appended = 0
    while (journal.taskNote(0, 'x'.repeat(60_000), monoNs(0)) === Outcome.Ok) appended++
    expect(appended).toBe(4)
    expect(journal.taskNote(0, 'x'.repeat(60_000), monoNs(0))).toBe(Outcome.Full)
    expect(journal.sequence).toBe(4)
    expect(journal.admitsOrders).toBe(false)
    expect(records().length).toBe(4)
    expect(journal.admitsOrders).toBe(true)
    expect(journal.taskNote(0, '', monoNs(0))).toBe(Outcome.Ok)
    expect(records()[0]?.sequence).toBe(5)
  })

  test('progress words of 32 bits become whole sequences', () => {
    const ring = SharedRing.allocate(1 << 12)
    const journal = new Journal(ring, 2 ** 32 + 5)
    ring.words[JournalWord.Synced] = 0xffff_fffe | 0
    ring.words[JournalWord.Written] = 3
    expect(journal.syncedSequence).toBe(2 ** 32 - 2)
    expect(journal.writtenSequence).toBe(2 ** 32 + 3)
  })

  test('a failing disk admits no order', () => {
    const ring = SharedRing.allocate(1 << 12)
    const journal = new Journal(ring, 0)
    expect(journal.admitsOrders).toBe(true)
    ring.words[JournalWord.Disk] = DiskState.Full
    expect(journal.diskState).toBe(DiskState.Full)
    expect(journal.admitsOrders).toBe(false)
  })
})
