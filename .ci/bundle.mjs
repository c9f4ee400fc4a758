// Builds dist/ for `npm pack`: Node refuses to strip types below node_modules, so a packed install
// runs JavaScript. Only our own sources are bundled; packages stay packages, each with its licence.
//
//   src/main.ts                    → dist/main.js
//   src/ROOM/NAME-worker.ts        → dist/NAME-worker.js, where loop/spawn-worker.ts looks for it
//   src/ROOM/NAME-main.ts          → dist/NAME-main.js, a process that another one starts
//   what they share                → dist/chunk-HASH.js
//   src/kernel/NAME.wasm           → dist/NAME.wasm, where kernel/wasm-module.ts looks for it
import { copyFileSync, readdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))

/** Threads and processes of their own, each found by its file name beside the rest. */
const besides = readdirSync('src', { recursive: true })
  .filter((name) => /-(worker|main)\.ts$/.test(name) && name !== 'loop/spawn-worker.ts')
  .map((name) => [basename(name, '.ts'), join('src', name)])

rmSync('dist', { recursive: true, force: true })
await build({
  entryPoints: { main: 'src/main.ts', ...Object.fromEntries(besides) },
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

for (const name of readdirSync('src/kernel').filter((name) => name.endsWith('.wasm'))) {
  copyFileSync(join('src/kernel', name), join('dist', name))
}
