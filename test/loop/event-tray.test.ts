import { expect, it } from 'vitest'
import { monoNs } from '#core/units.ts'
import { EventTray } from '#loop/event-tray.ts'

it('says what was put in, once, in that order, with the time it was put in', () => {
  const said: string[] = []
  const tray = new EventTray({
    notice: (level, code, text, nowNs) => said.push(`${nowNs} ${level} ${code} ${text}`),
  })
  tray.put('info', 'task.stale', 'IcebergTask_A', '', monoNs(1))
  tray.put('warn', 'task.suspended', 'IcebergTask_B', 'market_closed', monoNs(2))
  expect(said).toEqual([])
  tray.empty()
  tray.empty()
  tray.put('info', 'task.state', 'IcebergTask_A', 'PAUSED', monoNs(3))
  tray.empty()
  expect(said).toEqual([
    '1 info task.stale IcebergTask_A',
    '2 warn task.suspended IcebergTask_B: market_closed',
    '3 info task.state IcebergTask_A: PAUSED',
  ])
})
