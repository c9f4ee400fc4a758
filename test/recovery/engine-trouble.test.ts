// What befalls the engine's own process and disk: frozen for longer than every limit, a disk that
// is full for a while or to the end, a state directory that becomes read-only. Real processes;
// `npm run test:trouble` plays the long form.
//
// The engine's own wall clock cannot be set here without setting the machine's: that is played in
// virtual time (`npm run explore`, incidents wall_ahead and wall_behind).
import { execFileSync } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import {
  inTrouble,
  IS_LONG,
  STORY_TIMEOUT_MS,
  type EngineStart,
  type TroubledWorld,
} from './troubled-world.ts'

const FROZEN_MS = IS_LONG ? 20_000 : 3_000
/** Longer than what is under way when the disk fills up. */
const FULL_MS = IS_LONG ? 10_000 : 1_500

describe.concurrent('the engine', () => {
  it(
    'frozen',
    async () => {
      await inTrouble('engine frozen', async (world) => {
        world.engine.freeze()
        await sleep(FROZEN_MS)
        world.engine.thaw()
        await world.untilTrading()
        return `${FROZEN_MS} ms`
      })
    },
    STORY_TIMEOUT_MS,
  )

  it(
    'its disk is full for a while: no new order, cancels go, and on it goes',
    async () => {
      await inTrouble('disk full for a while', async (world) => {
        fillDisk(world)
        await world.untilSaid('alarm: disk_full')
        expect(world.engine.output).toContain('no new order is sent')
        await world.command('pause')
        await world.until('both tasks are paused', () => world.areInState('PAUSED'))
        expect(await world.openOrders()).toBe(0)
        // What was under way when the disk filled up has been settled by now.
        const ordersBefore = ordersOf(world)
        await world.command('resume')
        await sleep(FULL_MS)
        expect(ordersOf(world)).toBe(ordersBefore)
        emptyDisk(world)
        await world.untilSaid('journal_again')
        await world.untilTrading()
        return `no order in ${FULL_MS} ms, both working orders cancelled`
      })
    },
    STORY_TIMEOUT_MS,
  )

  it(
    'its disk is full to the end: it says what is lost, and the next life makes it good',
    () => inTrouble('disk full to the end', diskFullToTheEnd, { isReporting: false }),
    STORY_TIMEOUT_MS,
  )

  it(
    'its state directory becomes read-only: it trades to its end; a new start is refused',
    () => inTrouble('state directory read-only', stateReadOnly, PLAIN_USER),
    STORY_TIMEOUT_MS,
  )
})

async function diskFullToTheEnd(world: TroubledWorld): Promise<string> {
  fillDisk(world)
  await world.untilSaid('alarm: disk_full')
  await world.command('cancel')
  expect(await world.exitCode()).toBe(1)
  expect(world.engine.output).toContain('the end of the journal is lost')
  expect(await world.openOrders()).toBe(0)
  world.startEngine()
  await world.untilTrading()
  return 'ended with code 1, the next life traded on'
}

async function stateReadOnly(world: TroubledWorld): Promise<string> {
  chmodState(world, READ_ONLY)
  await world.untilTrading()
  await world.command('cancel')
  expect(await world.exitCode()).toBe(3)
  await world.compare()
  world.startEngine(PLAIN_USER)
  expect(await world.exitCode()).toBe(1)
  expect(world.engine.output).toMatch(/state_dir .* cannot be written .*EACCES/)
  chmodState(world, WRITABLE)
  return 'ended as asked, the next start was refused'
}

/** From now on nothing that it writes to a file may reach beyond the first byte. */
function fillDisk({ engine }: TroubledWorld): void {
  execFileSync('prlimit', ['--pid', String(engine.pid), '--fsize=1:'])
}

function emptyDisk({ engine }: TroubledWorld): void {
  execFileSync('prlimit', ['--pid', String(engine.pid), '--fsize=unlimited:'])
}

function ordersOf({ ledger }: TroubledWorld): number {
  ledger.read()
  return ledger.orderCount()
}

/** A superuser writes where nobody may, unless it is started without that privilege. */
const PLAIN_USER: EngineStart =
  process.getuid?.() === 0
    ? { through: ['setpriv', '--bounding-set=-dac_override,-dac_read_search', '--'] }
    : {}

interface Modes {
  readonly directory: number
  readonly file: number
}
const READ_ONLY: Modes = { directory: 0o500, file: 0o400 }
const WRITABLE: Modes = { directory: 0o700, file: 0o600 }

/** All that is the engine's; the venue's own ledger beside it stays as it is. */
function chmodState({ stateDir }: TroubledWorld, { directory, file }: Modes): void {
  for (const name of ['floe.log', 'pid', 'incarnation']) chmodSync(join(stateDir, name), file)
  for (const path of [join(stateDir, 'journal'), stateDir]) chmodSync(path, directory)
}
