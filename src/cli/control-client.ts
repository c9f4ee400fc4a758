// One call of a running engine's control API, found by the file in its state directory.
import { z } from 'zod'
import { readControlFile } from '#control/control-file.ts'
import { EngineError, errorText } from '#core/engine-error.ts'

const errorReply = z.object({ error: z.object({ code: z.string(), message: z.string() }) })

/**
 * The parsed answer.
 * @throws EngineError `not_running`, or with the engine's own code and words when it refuses.
 */
export async function callControl(
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
