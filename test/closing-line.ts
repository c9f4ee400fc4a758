// Ends a run with `vitest: N passed, N failed` alone on the last line, for people and programs.
import type { Reporter, TestModule } from 'vitest/node'

export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0 }
    for (const module of modules) {
      // A file that cannot be loaded has no tests to count, and has failed all the same.
      if (module.errors().length > 0) counts.failed++
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed' || state === 'skipped') counts[state]++
        else counts.failed++
      }
    }
    const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''
    const line = `vitest: ${counts.passed} passed, ${counts.failed} failed${skipped}`
    process.on('exit', () => process.stdout.write(`\n${line}\n`))
  }
}
