import { expect, it } from 'vitest'
import { busyPollLine } from '#cli/busy-poll.ts'

it('has nothing to say where nothing spins', () => {
  expect(busyPollLine(false, 1)).toBeNull()
})

it('passes where there are cores to spare', () => {
  expect(busyPollLine(true, 4)).toEqual({
    what: 'busy_poll',
    ok: true,
    detail: 'one of 4 cores spins',
  })
})

it('warns below that, says what to do, and fails nothing', () => {
  expect(busyPollLine(true, 1)).toMatchObject({ ok: true, isWarning: true })
  expect(busyPollLine(true, 3)?.detail).toBe(
    '3 cores available: the spinning engine takes one from its own workers; ' +
      'set busy_poll: false, or give floe 4 (config/host-tuning.md)',
  )
})
