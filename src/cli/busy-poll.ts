// Whether this machine has the cores that `busy_poll` takes. Allowed everywhere: whoever measures
// on a laptop knows why. But a spinning engine on a small machine takes the core that its journal,
// its log or an embedded venue waits for, and is slower than one that sleeps.
import { availableParallelism } from 'node:os'
import { passed, warned, type CheckLine } from './check-line.ts'

/** The engine's own, and some for its workers, for venues in mode sim and for the kernel. */
export const BUSY_POLL_CORES_MIN = 4

/** Null where nothing spins. Counts the cores that this process may use, not the machine's. */
export function busyPollLine(
  isBusyPolling: boolean,
  coreCount: number = availableParallelism(),
): CheckLine | null {
  if (!isBusyPolling) return null
  const cores = coreCount === 1 ? '1 core' : `${coreCount} cores`
  if (coreCount >= BUSY_POLL_CORES_MIN) return passed('busy_poll', `one of ${cores} spins`)
  const fix = `set busy_poll: false, or give floe ${BUSY_POLL_CORES_MIN} (config/host-tuning.md)`
  const why = 'the spinning engine takes one from its own workers'
  return warned('busy_poll', `${cores} available: ${why}; ${fix}`)
}
