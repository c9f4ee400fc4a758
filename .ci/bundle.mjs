// Builds dist/ for `npm pack`: Node refuses to strip types below node_modules, so a packed install
// runs JavaScript. Only our own sources are bundled; packages stay packages, each with its licence.
//
//   src/main.ts                    → dist/main.js
//   src/ROOM/NAME-worker.ts        → dist/NAME-worker.js, where loop/spawn-worker.ts looks for it
//   what they share                → dist/chunk-HASH.js
import { readdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))

const workers = readdirSync('src', { recursive: true })
  .filter((name) => name.endsWith('-worker.ts') && name !== 'loop/spawn-worker.ts')
  .map((name) => [basename(name, '.ts'), join('src', name)])

rmSync('dist', { recursive: true, force: true })
await build({
  entryPoints: { main: 'src/main.ts', ...Object.fromEntries(workers) },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22.18',
  packages: 'external',
  sourcemap: 'linked',
  sourcesContent: false,
  logLevel: 'warning',
})
