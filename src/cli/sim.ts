// `floe sim`: the embedded venues alone, in the foreground, for any client that speaks their
// protocols. One JSON line on stdout says when and where they are ready.
import { loadConfig } from '#config/loader.ts'
import { EngineError } from '#core/engine-error.ts'
import { VenueProcess } from '#sim/host-process.ts'
import { venueRecordPath } from '#sim/host-state.ts'
import { ExitCode } from './exit-code.ts'
import { findRunning, venueSpecOf } from './venue-process.ts'

/**
 * Runs until SIGINT, SIGTERM or the admin interface's stop; resolves to the exit code.
 * @throws ConfigError, or EngineError `venue_running` when venues already run there.
 */
export async function runSim(configPath: string): Promise<number> {
  const config = loadConfig(configPath)
  const running = await findRunning(venueRecordPath(config.stateDir))
  if (running !== undefined) {
    throw new EngineError(
      'venue_running',
      `venues already run on ${config.stateDir} (pid ${running.pid}); end them first`,
    )
  }
  return new Promise((resolve) => {
    const venue = new VenueProcess(venueSpecOf(config), {
      isDetached: false,
      onEnd: () => resolve(ExitCode.Done),
    })
    process.once('SIGINT', () => venue.close())
    process.once('SIGTERM', () => venue.close())
    process.stdout.write(`${JSON.stringify(venue.ready)}\n`)
  })
}
