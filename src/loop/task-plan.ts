// Which tasks a start runs: the configured ones, joined with what the journal knows of them.
// The journal's parameters win; a configuration that disagrees is refused unless it is an update.
import { EngineError } from '#core/engine-error.ts'
import { TASKS_MAX } from '#core/limits.ts'
import type { SavedTask } from '#task/task.ts'
import type { Past, PastTask } from './past.ts'

export interface ConfiguredTask {
  readonly id: string
  readonly type: string
  readonly parameters: Readonly<Record<string, unknown>>
  /** `file:line:column` */
  readonly position: string
}

export interface PlannedTask {
  /** Names the task in every client order id: the same for as long as its journal lives. */
  readonly index: number
  readonly id: string
  readonly type: string
  readonly parameters: Readonly<Record<string, unknown>>
  /** Null for a task the journal does not know. */
  readonly saved: SavedTask | null
  /** The parameters differ from the journal's, and the user said that they are meant to. */
  readonly isUpdated: boolean
}

/**
 * @throws EngineError `parameters_differ` naming each key, `type_differs`, `too_many_tasks`.
 */
export function planTasks(
  configured: readonly ConfiguredTask[],
  past: Past,
  options: { readonly update: boolean },
): PlannedTask[] {
  const byId = new Map([...past.tasks.values()].map((task) => [task.id, task]))
  let nextIndex = Math.max(-1, ...past.tasks.keys()) + 1
  const plans = configured.map((task) => {
    const known = byId.get(task.id)
    byId.delete(task.id)
    return known === undefined ? freshPlan(task, nextIndex++) : joinedPlan(task, known, options)
  })
  // A task that left the file has not left the market: it goes on as the journal has it.
  const leftOver = [...byId.values()].map((task) => journalPlan(task))
  const all = [...plans, ...leftOver]
  if (all.length > 0 && Math.max(...all.map((plan) => plan.index)) >= TASKS_MAX) {
    throw new EngineError('too_many_tasks', `more than ${TASKS_MAX} tasks in one journal`)
  }
  return all
}

function freshPlan(task: ConfiguredTask, index: number): PlannedTask {
  const { id, type, parameters } = task
  return { index, id, type, parameters, saved: null, isUpdated: false }
}

function joinedPlan(
  task: ConfiguredTask,
  known: PastTask,
  options: { readonly update: boolean },
): PlannedTask {
  if (task.type !== known.type) {
    throw new EngineError(
      'type_differs',
      `${task.position}: task ${task.id} is ${known.type} in the journal and ${task.type} here; ` +
        'give it another id, or begin anew with --fresh',
    )
  }
  const before = parametersOf(known)
  const differing = differingKeys(before, task.parameters)
  if (differing.length > 0 && !options.update) {
    const list = differing
      .map((key) => `${key} (journal ${show(before[key])}, file ${show(task.parameters[key])})`)
      .join(', ')
    throw new EngineError(
      'parameters_differ',
      `${task.position}: task ${task.id} is under way with other parameters: ${list}; ` +
        'restore them, apply the change with --update, or begin anew with --fresh',
    )
  }
  const isUpdated = differing.length > 0
  const parameters = isUpdated ? task.parameters : before
  const { index, id, type } = known
  return { index, id, type, parameters, saved: known, isUpdated }
}

function journalPlan(task: PastTask): PlannedTask {
  const { index, id, type } = task
  return { index, id, type, parameters: parametersOf(task), saved: task, isUpdated: false }
}

function parametersOf(task: PastTask): Record<string, unknown> {
  return JSON.parse(task.parameters) as Record<string, unknown>
}

function differingKeys(
  a: Readonly<Record<string, unknown>>,
  b: Readonly<Record<string, unknown>>,
): string[] {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keys].filter((key) => show(a[key]) !== show(b[key]))
}

const show = (value: unknown): string => JSON.stringify(value) ?? 'nothing'
