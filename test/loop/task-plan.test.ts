import { describe, expect, it } from 'vitest'
import { Past, type PastTask } from '#loop/past.ts'
import { planTasks } from '#loop/task-plan.ts'
import { readSegments } from '#journal/reader.ts'

const past = (...tasks: readonly Partial<PastTask>[]): Past => {
  const empty = new Past(readSegments([]))
  tasks.forEach((task, index) => {
    empty.tasks.set(index, {
      index,
      id: `t${index}`,
      type: 'iceberg',
      parameters: '{"total_quantity":"1"}',
      state: 2,
      stateName: 'EXECUTING',
      reason: '',
      note: null,
      orders: 0,
      rejects: 0,
      reprices: 0,
      ...task,
    })
  })
  return empty
}

const configured = (id: string, parameters: Record<string, unknown>) => ({
  id,
  type: 'iceberg',
  parameters,
  position: 'floe.yaml:9:5',
})

describe('which tasks a start runs', () => {
  it('gives a new task the next index and a known one its own', () => {
    const plans = planTasks(
      [configured('new', {}), configured('t0', { total_quantity: '1' })],
      past({}),
      { update: false },
    )
    expect(plans.map(({ id, index, saved }) => [id, index, saved !== null])).toEqual([
      ['new', 1, false],
      ['t0', 0, true],
    ])
  })

  it('refuses changed parameters, naming the key and both values', () => {
    const changed = configured('t0', { total_quantity: '2' })
    expect(() => planTasks([changed], past({}), { update: false })).toThrow(
      'floe.yaml:9:5: task t0 is under way with other parameters: ' +
        'total_quantity (journal "1", file "2"); restore them, apply the change with --update, ' +
        'or begin anew with --fresh',
    )
  })

  it('applies them when the user says so', () => {
    const [plan] = planTasks([configured('t0', { total_quantity: '2' })], past({}), {
      update: true,
    })
    expect(plan).toMatchObject({ isUpdated: true, parameters: { total_quantity: '2' } })
  })

  it('goes on with a task that left the file: it has not left the market', () => {
    const plans = planTasks([], past({}), { update: false })
    expect(plans.map(({ id }) => id)).toEqual(['t0'])
  })

  it('refuses a task that became another type', () => {
    const before = past({ type: 'twap' })
    const plan = () => planTasks([configured('t0', {})], before, { update: false })
    expect(plan).toThrow('task t0 is twap in the journal and iceberg here')
  })
})
