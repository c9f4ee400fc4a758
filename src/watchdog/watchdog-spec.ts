// What an engine tells its watchdog, once, as the first line on the pipe between them. It carries
// secrets, so it never stands in an argument list, a file or a log.
import { z } from 'zod'
import { EngineError } from '#core/engine-error.ts'

const credentials = z.object({
  kind: z.enum(['hmac', 'ed25519']),
  key: z.string(),
  secret: z.string(),
})

const watchdogSpec = z.object({
  /** Of the engine that is watched: both stand in every client order id of its orders. */
  instance: z.int(),
  incarnation: z.int(),
  silenceNs: z.number().positive(),
  /** How long it tries to take orders back before it leaves them to people. */
  patienceNs: z.number().positive(),
  accounts: z.array(
    z.object({
      market: z.string(),
      name: z.string(),
      urls: z.object({ rest: z.string(), ws: z.string(), ws_api: z.string() }),
      credentials,
    }),
  ),
})
export type WatchdogSpec = z.infer<typeof watchdogSpec>
export type WatchedAccount = WatchdogSpec['accounts'][number]

/** What follows on the pipe: a byte for each beat, another for the goodbye. */
export const BEAT = '.'
export const GOODBYE = 'q'
/** A beat comes at the end of a turn, about so often. */
export const BEAT_EVERY_MS = 250

/** @throws EngineError `bad_watchdog_spec`, without a word of what the line said. */
export function readWatchdogSpec(line: string): WatchdogSpec {
  try {
    return watchdogSpec.parse(JSON.parse(line))
  } catch {
    throw new EngineError(
      'bad_watchdog_spec',
      'a watchdog is started by floe run, which tells it on its input what to watch',
    )
  }
}
