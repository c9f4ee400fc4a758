import { expect, it } from 'vitest'
import { busyPollLine } from '#cli/busy-poll.ts'

it('has nothing to say where nothing spins', () => {
  expect(busyPollLine(false, { machine: 1, available: 1 })).toBeNull()
})

it('passes where there are cores to spare, also when floe is confined to two of them', () => {
  expect(busyPollLine(true, { machine: 8, available: 2 })).toEqual({
    what: 'busy_poll',
    ok: true,
    detail: 'the engine spins on one of 2 cores',
  })
})

it.each([
  [2, 2, 'this machine has 2 cores: too few to give one to the spinning engine'],
  [64, 1, 'floe may use 1 core: its workers would wait for the spinning engine'],
])('warns on %i cores of which floe may use %i, and fails nothing', (machine, available, why) => {
  expect(busyPollLine(true, { machine, available })).toEqual({
    what: 'busy_poll',
    ok: true,
    isWarning: true,
    detail: `${why}; set busy_poll: false, or see config/host-tuning.md`,
  })
})
