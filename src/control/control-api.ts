// The control API as a pure mapping: a request and the newest snapshot in, an answer or a command
// out. It knows nothing of sockets, threads or tokens; control-worker.ts does.
import { COMMAND_KINDS } from './command-queue.ts'
import type { Reply } from './command-queue.ts'
import type { TaskCommand } from '#task/task.ts'

export interface ApiRequest {
  readonly method: string
  readonly path: string
  /** As received; only `update` reads it. */
  readonly body: string
}

export interface ApiAnswer {
  readonly status: number
  readonly body: string
}

/** A command for the engine; its reply becomes the answer by answerFromReply. */
export interface ApiCommand {
  readonly kind: TaskCommand
  readonly taskId: string
  readonly argument: string
}

const TASK_PATH = /^\/v1\/tasks\/([^/]+)(?:\/([^/]+))?$/
const PATHS =
  `GET /v1/health, GET /v1/tasks, GET /v1/tasks/:id, ` +
  `POST /v1/tasks/:id/{${COMMAND_KINDS.join(',')}}`

/** Codes of a refusal that are not the task's state saying no. */
const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  unknown_task: 404,
  bad_parameters: 400,
  below_minimum: 400,
  not_a_decimal: 400,
  does_not_fit: 400,
}

/** `snapshot` is the engine's JSON, null before its first. */
export function answerRequest(
  request: ApiRequest,
  snapshot: string | null,
): ApiAnswer | ApiCommand {
  const { method, path } = request
  if (method === 'GET' && path === '/v1/health') return health(snapshot)
  if (method === 'GET' && path === '/v1/tasks') return listTasks(snapshot)
  const match = TASK_PATH.exec(path)
  if (match) {
    const taskId = decodedOrNull(match[1] ?? '')
    if (taskId === null) return refusal(400, 'bad_request', 'the task id is not percent-encoded')
    if (method === 'GET' && match[2] === undefined) return showTask(taskId, snapshot)
    const kind = COMMAND_KINDS.find((known) => known === match[2])
    if (method === 'POST' && kind !== undefined) return commandOf(kind, taskId, request.body)
  }
  return refusal(404, 'not_found', `there is no ${method} ${path}; there is ${PATHS}`)
}

export function answerFromReply(reply: Reply): ApiAnswer {
  if (reply.ok) return { status: 200, body: JSON.stringify({ ok: true }) }
  return refusal(STATUS_BY_CODE[reply.code] ?? 409, reply.code, reply.message)
}

export function refusal(status: number, code: string, message: string): ApiAnswer {
  return { status, body: JSON.stringify({ error: { code, message } }) }
}

function health(snapshot: string | null): ApiAnswer {
  const { mode, wallUs, tasks } = readSnapshot(snapshot)
  const body = { ok: mode !== null, mode, snapshot_us: wallUs, tasks: tasks.length }
  return { status: 200, body: JSON.stringify(body) }
}

function listTasks(snapshot: string | null): ApiAnswer {
  return { status: 200, body: JSON.stringify({ tasks: readSnapshot(snapshot).tasks }) }
}

function showTask(taskId: string, snapshot: string | null): ApiAnswer {
  const task = readSnapshot(snapshot).tasks.find((shown) => shown.id === taskId)
  if (task === undefined) return refusal(404, 'unknown_task', `there is no task ${taskId}`)
  return { status: 200, body: JSON.stringify(task) }
}

function commandOf(kind: TaskCommand, taskId: string, body: string): ApiAnswer | ApiCommand {
  if (kind !== 'update') return { kind, taskId, argument: '' }
  if (isJsonObject(body)) return { kind, taskId, argument: body }
  return refusal(
    400,
    'bad_request',
    'update takes a JSON object of parameters, such as {"total_quantity":"2"}',
  )
}

interface ShownSnapshot {
  readonly mode: string | null
  readonly wallUs: number | null
  readonly tasks: readonly { readonly id: string }[]
}

/** The engine wrote it, this process reads it: its shape is StatusReader's. */
function readSnapshot(snapshot: string | null): ShownSnapshot {
  return snapshot === null ? { mode: null, wallUs: null, tasks: [] } : JSON.parse(snapshot)
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}

function decodedOrNull(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
