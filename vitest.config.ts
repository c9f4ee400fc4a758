import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/peer/**'],
    // uWebSockets.js may only listen on a main thread: every file gets a process of its own.
    pool: 'forks',
    maxWorkers: 2,
    // Tests of whole processes start an engine and a venue each: two at once are plenty.
    maxConcurrency: 2,
    testTimeout: 90_000,
    hookTimeout: 90_000,
    reporters: ['default', './test/closing-line.ts'],
  },
})
