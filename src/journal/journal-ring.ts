// What the hot thread and the journal's writer share: the ring of records and a few words that
// say how far writing has come and how the disk is. The words are the only way back.
import { JOURNAL_RING_BYTES } from '#core/limits.ts'
import { SharedRing } from '#core/shared-ring.ts'

/** Indices into `ring.words`. */
export const JournalWord = {
  /** Low 32 bits of the last sequence handed to the operating system. */
  Written: 0,
  /** Low 32 bits of the last sequence that a sync has covered. */
  Synced: 1,
  /** A DiskState. */
  Disk: 2,
  /** errno of the last failure, 0 when the disk is fine. */
  DiskErrno: 3,
  /** 1 asks the writer to drain, sync and end. */
  Stop: 4,
  /** A StopAnswer. */
  Stopped: 5,
  /** Always 0: what a worker sleeps on, since nobody wakes it. */
  Sleep: 6,
} as const

export const DiskState = {
  Ok: 0,
  /** No space: records are kept and retried; no new order may be created. */
  Full: 1,
  /** The disk refuses to write or sync: the same reaction, other words. */
  Failing: 2,
} as const
export type DiskState = (typeof DiskState)[keyof typeof DiskState]
export const DISK_STATE_NAMES = ['ok', 'full', 'failing'] as const

/** What the writer last said of its disk. */
export function diskStateOf(words: Int32Array): DiskState {
  const state = Atomics.load(words, JournalWord.Disk)
  if (state === DiskState.Ok) return DiskState.Ok
  return state === DiskState.Full ? DiskState.Full : DiskState.Failing
}

export const StopAnswer = { None: 0, AllSynced: 1, RecordsLost: 2 } as const
export type StopAnswer = (typeof StopAnswer)[keyof typeof StopAnswer]

export function allocateJournalRing(capacityBytes: number = JOURNAL_RING_BYTES): SharedRing {
  return SharedRing.allocate(capacityBytes)
}
