// `floe tasks` and `floe task …`: speaks to a running engine through its control API.
import { z } from 'zod'
import { readControlFile } from '#control/control-file.ts'
import { EngineError, errorText } from '#core/engine-error.ts'
import type { TaskCommand } from '#task/task.ts'
import { ExitCode } from './exit-code.ts'
import { parametersFromPairs } from './update-arguments.ts'

export type TaskCommandName = Exclude<TaskCommand, 'update'>

const errorReply = z.object({ error: z.object({ code: z.string(), message: z.string() }) })
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
    }),
  ),
})

export async function listTasks(stateDir: string, options: { json: boolean }): Promise<number> {
  const { tasks } = taskList.parse(await call(stateDir, 'GET', '/v1/tasks'))
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
  ])
  process.stdout.write(rows.length === 0 ? 'no tasks\n' : alignedRows(rows))
  return ExitCode.Done
}

export async function commandTask(
  stateDir: string,
  command: TaskCommandName,
  id: string,
): Promise<number> {
  await call(stateDir, 'POST', `/v1/tasks/${encodeURIComponent(id)}/${command}`)
  process.stdout.write(`${id}: ${command} accepted\n`)
  return ExitCode.Done
}

export async function updateTask(
  stateDir: string,
  id: string,
  pairs: readonly string[],
): Promise<number> {
  const body = JSON.stringify(parametersFromPairs(pairs))
  await call(stateDir, 'POST', `/v1/tasks/${encodeURIComponent(id)}/update`, body)
  process.stdout.write(`${id}: update accepted\n`)
  return ExitCode.Done
}

/** @throws EngineError with the engine's own code and words when it refuses. */
async function call(
  stateDir: string,
  method: 'GET' | 'POST',
  path: string,
  body?: string,
): Promise<unknown> {
  const { url, token } = readControlFile(stateDir)
  let response: Response
  try {
    const headers = { authorization: `Bearer ${token}` }
    response = await fetch(`${url}${path}`, { method, headers, ...(body && { body }) })
  } catch (error) {
    throw new EngineError(
      'not_running',
      `no engine answers at ${url} (${errorText(error)}); ` +
        `the one that wrote ${stateDir}/control.json has ended: start it again with floe run`,
    )
  }
  const answer: unknown = await response.json()
  if (response.ok) return answer
  const { error } = errorReply.parse(answer)
  throw new EngineError(error.code, error.message)
}

function alignedRows(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length)
    })
  }
  return rows
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => `${line.trimEnd()}\n`)
    .join('')
}
