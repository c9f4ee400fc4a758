// The house's walls as data: which room may import which, who may touch the world, what is long
// for a reason. A rule is changed here, in sight of a reviewer, or not at all.

const FOUNDATION = ['wire', 'market', 'log', 'telemetry', 'kernel']
const DOMAIN = ['book', 'order', 'route', 'task', 'risk']

/** Room → rooms it may import; `core` and the room itself always, `*` = every room. */
export const ROOM_IMPORTS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  wire: [],
  market: [],
  log: [],
  telemetry: [],
  kernel: [],
  book: ['market'],
  order: ['market'],
  route: ['market', 'book'],
  task: ['market', 'book', 'order', 'route'],
  risk: ['market', 'book', 'order'],
  journal: ['order'],
  venue: ['wire', 'kernel', 'market', 'order'],
  sim: ['wire', 'market', 'order', 'book'],
  loop: [...FOUNDATION, ...DOMAIN, 'journal', 'venue'],
  watchdog: ['wire', 'venue', 'order', 'journal'],
  config: [],
  control: [],
  history: [],
  explore: ['*'],
  cli: ['*'],
  '': ['*'],
}

/** These rooms see others through types and views only: `import type` from anywhere. */
export const TYPE_IMPORTERS: ReadonlySet<string> = new Set(['config', 'control', 'history'])

/** Single files that may cross a wall: `from → to`, with the reason. */
export const IMPORT_EXCEPTIONS: Readonly<Record<string, string>> = {
  'src/control/control-host.ts → src/loop/spawn-worker.ts':
    'all workers are spawned by one function',
}

/** Of the venue room, loop sees the port alone. */
export const LOOP_MAY_IMPORT_OF_VENUE: readonly string[] = ['src/venue/venue.ts']

export const PURE_ROOMS: ReadonlySet<string> = new Set([
  'core',
  'kernel',
  'market',
  'book',
  'order',
  'route',
  'task',
  'risk',
  'venue',
  'sim',
  'explore',
])
/** Pure files of rooms that are not pure as a whole. */
export const PURE_FILES: ReadonlySet<string> = new Set([
  'src/journal/record-layout.ts',
  'src/journal/reader.ts',
])
/** Packages of Node that neither wait nor look at the world. */
export const PURE_NODE_MODULES: ReadonlySet<string> = new Set([
  'node:crypto',
  'node:buffer',
  'node:util',
  'node:zlib',
])

/** Owners of the real thing: path or prefix → what they own. */
export const WORLD_OWNERS: Readonly<Record<string, string>> = {
  'src/core/real-clock.ts': 'the process clock',
  'src/kernel/wasm-module.ts': 'the compiled kernels, each read once',
  'src/wire/net-link.ts': 'sockets, and the stamp at callback entry',
  'src/wire/warm-link.ts': 'a socket to ourselves',
  'src/loop/event-loop.ts': 'the one timer that wakes the engine',
  'src/loop/spawn-worker.ts': 'threads',
  'src/control/control-worker.ts': 'its thread: waits for replies',
  'src/control/control-host.ts': 'the control thread',
  'src/control/control-file.ts': 'control.json',
  'src/journal/journal-worker.ts': 'its thread: the disk',
  'src/log/desk-worker.ts': 'its thread: the log file',
  'src/sim/host-': 'the sockets and the process of the embedded venues',
  'src/sim/fault-proxy.ts': 'sockets that misbehave',
  'src/cli/': 'the terminal',
  'src/main.ts': 'the process',
}

export const NO_PROMISE_ROOMS: ReadonlySet<string> = new Set([
  'wire',
  'venue',
  'order',
  'task',
  'risk',
  'loop',
  'sim',
])
export const PROMISE_OWNERS: Readonly<Record<string, string>> = {}

export const FILE_LINES_MAX = 400
export const FUNCTION_LINES_MAX = 70
export const COLUMNS_MAX = 100

/** `path function` → why it may be longer. */
export const LONG_FUNCTIONS: Readonly<Record<string, string>> = {
  'src/engine.ts constructor': 'builds every stage in flow order; cutting it would hide the flow',
}

/** Files that may write `as`: brands, and decoders of bytes or of JSON that we wrote ourselves. */
export const CAST_OWNERS: Readonly<Record<string, string>> = {
  'src/core/units.ts': 'brands',
  'src/core/decimal.ts': 'brands',
  'src/kernel/wasm-module.ts': 'types what a compiled kernel exports',
  'src/loop/past.ts': 'decodes the journal and the JSON in it',
  'src/loop/restore.ts': 'turns journalled numbers back into enumerations',
  'src/loop/task-plan.ts': 'decodes JSON of the journal',
  'src/task/iceberg.ts': 'turns a journalled number back into a state',
  'src/cli/run-history.ts': 'turns a journalled number back into a state',
  'src/journal/record-codec.ts': 'decodes records by their layout',
  'src/sim/host-state.ts': 'decodes its own JSON',
  'src/sim/venue-ledger.ts': 'decodes its own JSON lines',
  'src/sim/capture-reader.ts': 'decodes recorded JSON',
  'src/venue/binance-spot/stream-layouts.ts': 'turns a number it was given back into a kind',
  'src/wire/json-text.ts': 'decodes JSON',
  'src/cli/capture-lines.ts': 'decodes recorded JSON',
  'src/cli/venue-main.ts': 'decodes the JSON of venue-process.ts',
}

/** Files nobody imports: processes begin there, and kernels are compiled from them. */
export const ENTRIES: readonly string[] = [
  'src/main.ts',
  'src/cli/launcher.js',
  'src/kernel/asm/layout.ts',
  'src/kernel/asm/sha256.ts',
]

/** Files that only tests and the explorer run, and why they are no test files. */
export const TEST_BED: Readonly<Record<string, string>> = {
  'src/core/virtual-clock.ts': 'time of a simulated engine',
  'src/wire/memory-link.ts': 'links of a simulated engine',
  'src/journal/modelled-disk.ts': 'disk of a simulated engine',
  'src/sim/host-memory.ts': 'venues of a simulated engine',
  'src/sim/fault-proxy.ts': 'links of real processes that misbehave',
  'src/sim/fault-script.ts': 'what befalls such links',
}
