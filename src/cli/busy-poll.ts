// Whether there are the cores that `busy_poll` takes. Allowed everywhere: whoever measures on a
// laptop knows why. But a spinning engine on a small machine takes the core that its journal, its
// log or an embedded venue waits for, and is slower than one that sleeps.
import { availableParallelism, cpus } from 'node:os'
import { passed, warned, type CheckLine } from './check-line.ts'

/** The engine's own, its workers', and some for the system and for venues in mode sim. */
const MACHINE_CORES_MIN = 4
/** A process may be confined to fewer: then one for the engine and one for its workers will do. */
const AVAILABLE_CORES_MIN = 2

export interface CoreCounts {
  readonly machine: number
  /** What affinity and cgroup leave to this process. */
  readonly available: number
}

/** Null where nothing spins. */
export function busyPollLine(
  isBusyPolling: boolean,
  { machine, available }: CoreCounts = countCores(),
): CheckLine | null {
  if (!isBusyPolling) return null
  const fix = 'set busy_poll: false, or see config/host-tuning.md'
  if (available < AVAILABLE_CORES_MIN) {
    const why = 'floe may use 1 core: its workers would wait for the spinning engine'
    return warned('busy_poll', `${why}; ${fix}`)
  }
  if (machine < MACHINE_CORES_MIN) {
    const why = `this machine has ${machine} cores: too few to give one to the spinning engine`
    return warned('busy_poll', `${why}; ${fix}`)
  }
  return passed('busy_poll', `the engine spins on one of ${available} cores`)
}

function countCores(): CoreCounts {
  return { machine: cpus().length, available: availableParallelism() }
}
