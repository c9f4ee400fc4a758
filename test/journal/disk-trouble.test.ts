// What a bad disk costs: no new order while it lasts, nothing that was appended, ever.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ORDERS_MAX } from '#core/limits.ts'
import { Outcome } from '#core/outcome.ts'
import { monoNs } from '#core/units.ts'
import { allocateJournalRing, DiskState } from '#journal/journal-ring.ts'
import { Journal } from '#journal/journal.ts'
import { ModelledDisk } from '#journal/modelled-disk.ts'
import { readSegments } from '#journal/reader.ts'
import { FORMAT_VERSION } from '#journal/record-layout.ts'
import { beginIncarnation, SegmentWriter, StepResult } from '#journal/segment-writer.ts'
import { OrderEvent, OrderState } from '#order/order-state.ts'
import { OrderTable } from '#order/order-table.ts'
import { anyRecord } from './any-record.ts'
import { WrittenJournal } from './written-journal.ts'

const HEADER = {
  formatVersion: FORMAT_VERSION,
  instance: 1,
  incarnation: 1,
  firstSequence: 1,
  wallUs: 0,
  nowNs: 0,
}

type Operation = 'create' | 'write' | 'sync'

/** A disk that refuses one kind of operation while it is told to. */
class RefusingDisk extends ModelledDisk {
  refused: Operation | null = null
  error = Object.assign(new Error('EIO'), { code: 'EIO', errno: -5 })

  override create(name: string): number {
    this.#refuse('create')
    return super.create(name)
  }

  override write(handle: number, bytes: Uint8Array, position: number): number {
    this.#refuse('write')
    return super.write(handle, bytes, position)
  }

  override sync(handle: number): void {
    this.#refuse('sync')
    super.sync(handle)
  }

  #refuse(operation: Operation): void {
    if (this.refused === operation) throw this.error
  }
}

function setUp(segmentBytes?: number) {
  const disk = new RefusingDisk()
  beginIncarnation(disk, { number: 1, header: HEADER })
  const ring = allocateJournalRing()
  const start = { number: 1, header: HEADER }
  const writer = new SegmentWriter(ring, disk, start, segmentBytes)
  return { disk, writer, journal: new Journal(ring, 0) }
}

function oneOrder(): { orders: OrderTable; order: number } {
  const orders = new OrderTable(4)
  const order = orders.take(0x4080_0200, 1)
  orders.setState(order, OrderState.Open)
  orders.setVenueOrderId(order, '28457001122')
  return { orders, order }
}

describe('a disk that', () => {
  test.each([
    ['is full', 'write', 'ENOSPC', 28, DiskState.Full],
    ['has a quota that is used up', 'write', 'EDQUOT', 122, DiskState.Full],
    ['takes no larger file', 'write', 'EFBIG', 27, DiskState.Full],
    ['is full when a segment begins', 'create', 'ENOSPC', 28, DiskState.Full],
    ['became read-only in mid-run', 'write', 'EROFS', 30, DiskState.Failing],
    ['became read-only when a segment begins', 'create', 'EROFS', 30, DiskState.Failing],
    ['fails to sync', 'sync', 'EIO', 5, DiskState.Failing],
    ['is gone', 'write', 'ENODEV', 19, DiskState.Failing],
  ] as const)('%s: no order, nothing lost, and it ends by itself', (...row) => {
    const [, refused, code, errno, state] = row
    const { disk, writer, journal } = setUp(4_096)
    for (let i = 0; i < 10; i++) journal.taskNote(i, '{}', monoNs(i))
    while (writer.step() !== StepResult.Idle);
    expect(journal.admitsOrders).toBe(true)
    disk.refused = refused
    disk.error = Object.assign(new Error(code), { code, errno: -errno })
    for (let i = 0; i < 200; i++) journal.taskNote(i, '{}', monoNs(i))
    for (let attempt = 0; attempt < 5; attempt++) expect(writer.step()).toBe(StepResult.Failed)
    expect([journal.diskState, journal.diskErrno]).toEqual([state, errno])
    expect(journal.admitsOrders).toBe(false)
    expect(journal.syncedSequence).toBe(10)
    // A cancel is an event of an order that is out already: there is room for it.
    const { orders, order } = oneOrder()
    const event = journal.orderEvent(orders, order, OrderEvent.CancelSend, 0, monoNs(300))
    expect(event).toBe(Outcome.Ok)
    disk.refused = null
    while (writer.step() !== StepResult.Idle);
    expect([journal.diskState, journal.admitsOrders]).toEqual([DiskState.Ok, true])
    const { lastSequence, ending } = readSegments(disk.files())
    expect([lastSequence, journal.syncedSequence, ending.kind]).toEqual([211, 211, 'clean'])
  })

  test('is slow: orders stop at half of the ring, news of those that are out goes on', () => {
    const { journal } = setUp()
    const { orders, order } = oneOrder()
    let created = 0
    while (journal.admitsOrders) {
      expect(journal.orderCreated(orders, order, monoNs(created++))).toBe(Outcome.Ok)
    }
    expect(journal.fullness).toBeLessThan(0.51)
    // Whatever is out has room for its end: more events than there can be orders.
    let events = 0
    while (journal.orderEvent(orders, order, OrderEvent.Cancel, 0, monoNs(1)) === Outcome.Ok)
      events++
    expect(events).toBeGreaterThan(ORDERS_MAX)
  })
})

describe('records of every kind', () => {
  const damages = fc.record({
    bodies: fc.array(anyRecord, { minLength: 1, maxLength: 30 }),
    place: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    bit: fc.nat(7),
    isCut: fc.boolean(),
  })

  test('damaged anywhere: what is read is what was written, to the damage', () => {
    fc.assert(
      fc.property(damages, ({ bodies, place, bit, isCut }) => {
        const journal = new WrittenJournal()
        journal.begin(1, 1e15, 0)
        for (const { name, body, nowNs } of bodies) {
          // Only a whole snapshot may begin with one.
          if (name !== 'snapshot_begin') journal.add(name, body, nowNs)
        }
        journal.flush()
        const [file] = journal.disk.files()
        const { name, bytes } = file!
        const whole = [...readSegments([{ name, bytes }]).records()]
        const at = Math.floor(place * bytes.length)
        const damaged = isCut ? bytes.slice(0, at) : bytes.slice()
        if (!isCut) damaged[at]! ^= 1 << bit
        const history = readSegments([{ name, bytes: damaged }])
        const records = [...history.records()]
        expect(records).toEqual(whole.slice(0, records.length))
        if (!isCut) {
          expect(records.length).toBeLessThan(whole.length)
          expect(history.ending).toMatchObject({ segment: name })
        }
      }),
      { numRuns: 300 },
    )
  })
})
