// Everything that is wrong with a configuration, said at once: a person fixes a file in one pass.
import { EngineError } from '#core/engine-error.ts'

export interface ConfigIssue {
  /** `file:line:column`, both from 1. */
  readonly position: string
  /** `tasks[0].total_quantity`; `configuration` for the whole file. */
  readonly key: string
  readonly found: string
  readonly allowed: string
}

export class ConfigError extends EngineError {
  readonly issues: readonly ConfigIssue[]

  constructor(issues: readonly ConfigIssue[]) {
    super('bad_config', issues.map(issueLine).join('\n'))
    this.issues = issues
  }
}

/** `config.yaml:12:3: tasks[0].side: found "long", allowed buy or sell` */
export function issueLine(issue: ConfigIssue): string {
  return `${issue.position}: ${issue.key}: found ${issue.found}, allowed ${issue.allowed}`
}
