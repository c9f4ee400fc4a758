// What a person is told of the journal's disk: each trouble once, and once that it is over.
import { constants as system } from 'node:os'
import { beforeEach, expect, it } from 'vitest'
import { monoNs } from '#core/units.ts'
import { DiskState } from '#journal/journal-ring.ts'
import { DiskWatch } from '#loop/disk-watch.ts'

const WELL = { diskState: DiskState.Ok, diskErrno: 0, admitsOrders: true } as const
const FULL = {
  diskState: DiskState.Full,
  diskErrno: system.errno.ENOSPC,
  admitsOrders: false,
} as const
const FAILING = {
  diskState: DiskState.Failing,
  diskErrno: system.errno.EROFS,
  admitsOrders: false,
} as const
const BEHIND = { diskState: DiskState.Ok, diskErrno: 0, admitsOrders: false } as const

type Disk = typeof WELL | typeof FULL | typeof FAILING | typeof BEHIND

const said: string[] = []
beforeEach(() => {
  said.length = 0
})

/** What is said when a look meets these, one after another. */
function saidOf(...disks: readonly Disk[]): readonly string[] {
  const journal: { -readonly [Key in keyof Disk]: Disk[Key] } = { ...WELL }
  const notice = (level: string, code: string, text: string): void => {
    said.push(`${level} ${code}: ${text}`)
  }
  const watch = new DiskWatch(journal, { notice })
  for (const disk of disks) {
    Object.assign(journal, disk)
    watch.look(monoNs(0))
  }
  return said
}

it('says nothing of a disk that is well', () => {
  expect(saidOf(WELL, WELL)).toEqual([])
})

it('says once that it is full, why nothing is sent, what to do, and once that it is over', () => {
  expect(saidOf(WELL, FULL, FULL, WELL, WELL)).toEqual([
    'alarm disk_full: the disk of state_dir is full (ENOSPC): ' +
      'no new order is sent, cancels go; free space on it',
    'warn journal_again: the journal is written again: orders may be sent',
  ])
})

it('tells a disk that refuses from one that is slow', () => {
  expect(saidOf(FAILING, BEHIND, FULL).map((line) => line.split(' ').slice(0, 2))).toEqual([
    ['alarm', 'disk_failing:'],
    ['alarm', 'journal_behind:'],
    ['alarm', 'disk_full:'],
  ])
  expect(said[0]).toContain('(EROFS)')
})
