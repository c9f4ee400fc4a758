// The control API as a pure mapping: a request and the newest snapshot in, an answer or a command
// out. It knows nothing of sockets, threads or tokens; control-worker.ts does.
import type { TaskCommand } from '#task/task.ts'
import { TASK_COMMAND_KINDS, type CommandKind, type Reply } from './command-queue.ts'
import type { EngineCommandKind } from './engine-command.ts'

export interface ApiRequest {
  readonly method: string
  readonly path: string
  /** As received. */
  readonly body: string
}

export interface ApiAnswer {
  readonly status: number
  readonly body: string
}

/** A command for the engine; its reply becomes the answer by answerFromReply. */
export interface ApiCommand {
  readonly kind: CommandKind
  readonly taskId: string
  readonly argument: string
}

const TASK_PATH = /^\/v1\/tasks\/([^/]+)(?:\/([^/]+))?$/
const SETTLE_PATH = /^\/v1\/orders\/([^/]+)\/settle$/
/** Those for the engine as a whole whose path says everything. */
const ENGINE_PATHS: Readonly<Record<string, EngineCommandKind>> = {
  'GET /v1/kill': 'kill_status',
  'POST /v1/kill': 'kill',
  'POST /v1/kill/release': 'release',
  'GET /v1/orders/unsettled': 'unsettled',
}
const PATHS = [
  'GET /v1/health',
  'GET /v1/tasks',
  'GET /v1/tasks/:id',
  `POST /v1/tasks/:id/{${TASK_COMMAND_KINDS.join(',')}}`,
  ...Object.keys(ENGINE_PATHS),
  'POST /v1/orders/:id/settle',
].join(', ')

/** Codes of a refusal that are not the task's state saying no. */
const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  unknown_task: 404,
  unknown_order: 404,
  bad_request: 400,
  bad_json: 400,
  bad_verdict: 400,
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
    const kind = TASK_COMMAND_KINDS.find((known) => known === match[2])
    if (method === 'POST' && kind !== undefined) return commandOf(kind, taskId, request.body)
  }
  const command = engineCommandOf(request)
  if (command !== null) return command
  return refusal(404, 'not_found', `there is no ${method} ${path}; there is ${PATHS}`)
}

export function answerFromReply(reply: Reply): ApiAnswer {
  if (reply.ok) return { status: 200, body: reply.message || JSON.stringify({ ok: true }) }
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
  if (jsonObjectOrNull(body) !== null) return { kind, taskId, argument: body }
  return refusal(
    400,
    'bad_request',
    'update takes a JSON object of parameters, such as {"total_quantity":"2"}',
  )
}

/** Null for a path that is none of theirs; the engine looks at what the body says. */
function engineCommandOf({ method, path, body }: ApiRequest): ApiAnswer | ApiCommand | null {
  const kind = ENGINE_PATHS[`${method} ${path}`]
  if (kind !== undefined) {
    return { kind, taskId: '', argument: method === 'POST' ? body : '' }
  }
  const match = method === 'POST' ? SETTLE_PATH.exec(path) : null
  if (match === null) return null
  const order = decodedOrNull(match[1] ?? '')
  if (order === null) return refusal(400, 'bad_request', 'the order id is not percent-encoded')
  const fields = jsonObjectOrNull(body)
  if (fields === null) return refusal(400, 'bad_request', 'settle takes a JSON object')
  return { kind: 'settle', taskId: '', argument: JSON.stringify({ ...fields, order }) }
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

function jsonObjectOrNull(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? value : null
  } catch {
    return null
  }
}

function decodedOrNull(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
