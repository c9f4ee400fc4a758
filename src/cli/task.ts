// `floe tasks` and `floe task …`: speaks to a running engine through its control API.
import { z } from 'zod'
import type { TaskCommand } from '#task/task.ts'
import { alignedRows } from './aligned-rows.ts'
import { callControl } from './control-client.ts'
import { ExitCode } from './exit-code.ts'
import { parametersFromPairs } from './update-arguments.ts'

export type TaskCommandName = Exclude<TaskCommand, 'update'>

const taskList = z.object({
  tasks: z.array(
    z.looseObject({
      id: z.string(),
      type: z.string(),
      state: z.string(),
      venue: z.string(),
      symbol: z.string(),
      side: z.string(),
      filled: z.string(),
      total: z.string(),
      average_price: z.string(),
      reason: z.string().default(''),
    }),
  ),
})

export async function listTasks(stateDir: string, options: { json: boolean }): Promise<number> {
  const { tasks } = taskList.parse(await callControl(stateDir, 'GET', '/v1/tasks'))
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ tasks })}\n`)
    return ExitCode.Done
  }
  const rows = tasks.map((task) => [
    task.id,
    task.state,
    `${task.type} ${task.side} ${task.symbol} on ${task.venue}`,
    `${task.filled} of ${task.total}`,
    task.average_price === '' ? '' : `at ${task.average_price}`,
    task.reason.startsWith('suspended') ? task.reason : '',
  ])
  process.stdout.write(rows.length === 0 ? 'no tasks\n' : alignedRows(rows))
  return ExitCode.Done
}

export async function commandTask(
  stateDir: string,
  command: TaskCommandName,
  id: string,
): Promise<number> {
  await callControl(stateDir, 'POST', `/v1/tasks/${encodeURIComponent(id)}/${command}`)
  process.stdout.write(`${id}: ${command} accepted\n`)
  return ExitCode.Done
}

export async function updateTask(
  stateDir: string,
  id: string,
  pairs: readonly string[],
): Promise<number> {
  const body = JSON.stringify(parametersFromPairs(pairs))
  await callControl(stateDir, 'POST', `/v1/tasks/${encodeURIComponent(id)}/update`, body)
  process.stdout.write(`${id}: update accepted\n`)
  return ExitCode.Done
}
