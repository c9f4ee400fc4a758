import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { ClosingLine } from './closing-line.ts'

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  test: {
    include: ['*.test.ts'],
    pool: 'forks',
    testTimeout: 15_000,
    hookTimeout: 15_000,
    reporters: ['verbose', new ClosingLine()],
  },
})
