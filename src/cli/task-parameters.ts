// The tasks of a configuration, read by their own parser before anything connects, so that a wrong
// parameter is told with its place in the file like every other wrong key.
import type { FloeConfig, TaskConfig } from '#config/config.ts'
import { ConfigError, type ConfigIssue } from '#config/config-error.ts'
import { nearestName } from '#config/nearest-name.ts'
import { parseIceberg } from '#task/iceberg-parameters.ts'
import { ParameterError, UNKNOWN_PARAMETER } from '#task/parameter-reader.ts'

/** @throws ConfigError with every complaint about every task. */
export function requireTaskParameters(config: FloeConfig): void {
  const issues = config.tasks.flatMap((task) => taskIssues(task))
  if (issues.length > 0) throw new ConfigError(issues)
}

/** What is wrong with one task's parameters; empty when nothing is. */
export function taskIssues(task: TaskConfig): ConfigIssue[] {
  try {
    parseIceberg(task.parameters, task.id)
    return []
  } catch (thrown) {
    if (!(thrown instanceof ParameterError)) throw thrown
    return thrown.complaints.map(({ key, found, allowed }) => ({
      position: task.parameterPositions?.[key] ?? task.position,
      key: `task ${task.id}: ${key}`,
      found,
      allowed: found === UNKNOWN_PARAMETER ? withSuggestion(key, allowed) : allowed,
    }))
  }
}

function withSuggestion(key: string, known: string): string {
  const nearest = nearestName(key, known.split(', '))
  return nearest === null ? known : `${known}; did you mean ${nearest}?`
}
