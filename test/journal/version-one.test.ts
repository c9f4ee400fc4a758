import { describe, expect, test } from 'vitest'
import { monoNs } from '#core/units.ts'
import { compactSegments } from '#journal/compaction.ts'
import { ModelledDisk, ModelledJournal } from '#journal/modelled-disk.ts'
import { readSegments } from '#journal/reader.ts'
import { decodeSegmentHeader } from '#journal/segment-layout.ts'
import { Past } from '#loop/past.ts'
import { snapshotOf } from '#loop/snapshot.ts'
import { OrderState } from '#order/order-state.ts'
import { versionOneJournal } from './version-one.ts'

const START = { instance: 7, syncNs: 0, configHash: 'c0ffee', mode: 'sim' }

function diskWith(files: ReturnType<typeof versionOneJournal>): ModelledDisk {
  const disk = new ModelledDisk()
  for (const { name, bytes } of files) {
    const handle = disk.create(name)
    disk.write(handle, bytes, 0)
    disk.sync(handle)
  }
  return disk
}

/** What the second life left behind, by client order id. */
const ORDERS = [
  [OrderState.Filled, 10_000, ''],
  [OrderState.Cancelled, 0, ''],
  [OrderState.PartiallyFilled, 1_000, ''],
  [OrderState.Unknown, 0, 'abc123'],
]

function expectKnown(past: Past): void {
  const orders = [...past.orders.values()]
  expect(orders.map((order) => [order.state, order.filledUnits, order.foreignId])).toEqual(ORDERS)
  expect(past.fills.map(({ fill }) => [fill.tradeId, fill.qtyUnits, fill.fee])).toEqual([
    ['501', 4_000, '0.24'],
    ['502', 6_000, '0.36'],
    ['503', 1_000, '0.06'],
  ])
  const counts = { orders: 3, rejects: 0, reprices: 1, stateName: 'EXECUTING' }
  expect([...past.tasks.values()]).toMatchObject([{ id: 'sell-1', ...counts }])
}

describe('a journal of format version 1', () => {
  test('is read to its torn tail', () => {
    const history = readSegments(versionOneJournal())
    expect(history.headers.map(({ formatVersion }) => formatVersion)).toEqual([1, 1])
    expect(history).toMatchObject({ ending: { kind: 'torn' }, snapshot: null, endedClean: false })
    expectKnown(new Past(history))
    // The note that was being written is not taken for one.
    expect(new Past(history).tasks.get(0)?.note).toMatchObject({ has_adopted: false })
  })

  test('goes on in the version of today, and is compacted', () => {
    const disk = diskWith(versionOneJournal())
    const start = { ...START, wallUs: 1_790_000_120_000_000, nowNs: monoNs(5) }
    const modelled = new ModelledJournal(disk, start, 1 << 16)
    expect(modelled.incarnation).toBe(3)
    modelled.journal.taskNote(0, '{"has_adopted":true}', monoNs(6))
    modelled.pump(monoNs(7))
    modelled.pump(monoNs(8))
    const history = readSegments(disk.files())
    expect(history.headers.map(({ formatVersion }) => formatVersion)).toEqual([1, 1, 2])
    expect(history.ending.kind).toBe('clean')
    expectKnown(new Past(history))
    expect(compactSegments(disk, disk.files(), history, snapshotOf)).not.toBeNull()
    const [snapshot, ...others] = disk.files()
    expect(others).toEqual([])
    expect(decodeSegmentHeader(snapshot!.bytes)).toMatchObject({ formatVersion: 2, incarnation: 3 })
    const compacted = readSegments(disk.files())
    expect(compacted).toMatchObject({ lastSequence: history.lastSequence, incarnationFirst: 1 })
    expectKnown(new Past(compacted))
    expect(new Past(compacted).tasks.get(0)?.note).toEqual({ has_adopted: true })
  })
})
