// The command line: names, options and help. Each command is a file of its own, loaded when it is
// asked for, so that `floe --help` does not wait for an engine.
import { Command, CommanderError } from 'commander'
import { ExitCode, exitCodeOf, printError } from './exit-code.ts'
import { platformProblem, thisPlatform } from './platform.ts'
import type { ExploreOptions } from './explore.ts'
import type { KillOptions } from './kill.ts'
import type { RunOptions } from './run-options.ts'
import type { SettleOptions } from './settle.ts'
import type { TaskCommandName } from './task.ts'

const VERSION = '0.1.0'

const TASK_COMMANDS: readonly (readonly [TaskCommandName, string])[] = [
  ['start', 'start a task that waits'],
  ['pause', 'cancel its working order and hold; fills are still counted'],
  ['resume', 'go on after a pause'],
  ['cancel', 'cancel its working order and end it'],
  ['recover', 'leave the error state'],
]

/** Runs one command line (without node and script) and returns the exit code. */
export async function runProgram(argv: readonly string[]): Promise<number> {
  const problem = platformProblem(thisPlatform())
  if (problem !== null) {
    process.stderr.write(`floe: ${problem}\n`)
    return ExitCode.Error
  }
  let exitCode: number = ExitCode.Done
  const program = buildProgram((code) => {
    exitCode = code
  })
  try {
    await program.parseAsync(argv, { from: 'user' })
    return exitCode
  } catch (error) {
    // Commander has printed its own complaint, with a suggestion; asking for help is no error.
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? ExitCode.Done : ExitCode.BadConfiguration
    }
    printError(error)
    return exitCodeOf(error)
  }
}

type Finish = (exitCode: number) => void

function buildProgram(finish: Finish): Command {
  const program = new Command('floe')
    .description('Low-latency execution engine for crypto venues.')
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError('(floe --help lists the commands)')
  addRun(program, finish)
  addSim(program, finish)
  addCheck(program, finish)
  addJournal(program, finish)
  addCapture(program, finish)
  addTasks(program, finish)
  addKill(program, finish)
  addSettle(program, finish)
  addWatchdog(program, finish)
  addExplore(program, finish)
  program.addHelpText(
    'after',
    '\nExit codes: 0 done, 1 error, 2 bad configuration or usage, 3 tasks not completed, ' +
      '4 killed and not everything confirmed.',
  )
  return program
}

function addRun(program: Command, finish: Finish): void {
  program
    .command('run')
    .description('run the tasks of a configuration')
    .argument('<config>', 'YAML file')
    .option('--until-done', 'end when every task has ended')
    .option('--json <file>', 'write the final report there')
    .option('--fresh', 'archive an earlier run and begin anew')
    .option('--update', 'apply task parameters that differ from the journal')
    .option('--capture <file>', 'sim: trade on a recorded market')
    .option('--live-confirmed', 'mode live: yes, send real orders')
    .action(async (config: string, options: RunOptions) => {
      const { runEngine } = await import('./run.ts')
      finish(await runEngine(config, options))
    })
}

function addSim(program: Command, finish: Finish): void {
  program
    .command('sim')
    .description('run the embedded venues alone; one JSON line says when they are ready')
    .argument('<config>', 'YAML file')
    .action(async (config: string) => {
      const { runSim } = await import('./sim.ts')
      finish(await runSim(config))
    })
}

function addCheck(program: Command, finish: Finish): void {
  program
    .command('check')
    .description('validate a configuration, then try everything that a run would need')
    .argument('<config>', 'YAML file')
    .option('--json', 'print one JSON document')
    .action(async (config: string, options: { json?: boolean }) => {
      const { checkConfiguration } = await import('./check.ts')
      finish(await checkConfiguration(config, { json: options.json === true }))
    })
}

function addJournal(program: Command, finish: Finish): void {
  program
    .command('journal')
    .description('print the records of a journal')
    .argument('<directory>', 'a state directory, or its journal')
    .option('--json', 'one JSON document a line')
    .option('--compact', 'put a snapshot in its place; no engine may hold it')
    .action(async (directory: string, options: { json?: boolean; compact?: boolean }) => {
      const { compactJournal, printJournal } = await import('./journal.ts')
      if (options.compact === true) return finish(await compactJournal(directory))
      finish(await printJournal(directory, { json: options.json === true }))
    })
}

function addCapture(program: Command, finish: Finish): void {
  program
    .command('capture')
    .description('work on recorded market data')
    .command('check')
    .description('feed a capture through decoder and book, and compare the tops')
    .argument('<file>', 'plain or gzip')
    .requiredOption('--venue <name>', 'venue market, such as binance_spot')
    .requiredOption('--symbol <symbol>', 'as the venue spells it, such as BTCUSDT')
    .option('--json', 'print one JSON document')
    .action(async (file: string, options: { venue: string; symbol: string; json?: boolean }) => {
      const { checkCapture } = await import('./capture.ts')
      finish(await checkCapture(file, { ...options, json: options.json === true }))
    })
}

function addKill(program: Command, finish: Finish): void {
  program
    .command('kill')
    .description('send no order any more, take everything of ours back, and have it confirmed')
    .argument('<config>', 'YAML file')
    .option('--reason <text>', 'journalled, and shown to whoever wonders')
    .option('--wait <duration>', 'for confirmation by the venues', '30s')
    .option('--without-engine', 'where none answers: take the orders back from here')
    .option('--release', 'let the tasks go on; refused while something is not confirmed')
    .option('--force', 'with --release: although something is not confirmed')
    .option('--json', 'print one JSON document')
    .action(async (config: string, options: KillOptions) => {
      const { killEngine } = await import('./kill.ts')
      finish(await killEngine(config, options))
    })
}

function addSettle(program: Command, finish: Finish): void {
  program
    .command('settle')
    .description('say what became of an order that no venue answer decides; lists them without id')
    .argument('<config>', 'YAML file')
    .argument('[order]', 'its id, as it is listed')
    .option('--as <verdict>', 'absent: it never was at the venue; done: it is over')
    .option('--filled <quantity>', 'with done: how much of it in all, 0 for nothing')
    .option('--average <price>', 'with done: over the whole filled quantity')
    .option('--reason <text>', 'journalled with who said it')
    .option('--force', 'although the venue can still decide it')
    .option('--json', 'print one JSON document')
    .action(async (config: string, order: string | undefined, options: SettleOptions) => {
      const { settleOrder } = await import('./settle.ts')
      finish(await settleOrder(config, order, options))
    })
}

/** Started by `floe run`, which tells it on its input what to watch. */
function addWatchdog(program: Command, finish: Finish): void {
  program.command('watchdog', { hidden: true }).action(async () => {
    const { runWatchdog } = await import('./watchdog.ts')
    finish(await runWatchdog())
  })
}

function addExplore(program: Command, finish: Finish): void {
  program
    .command('explore')
    .description(
      'play seeded trouble against engine and venue in virtual time, and check the truth',
    )
    .option('--seeds <n>', 'how many', '20')
    .option('--first-seed <seed>', 'where to begin', '1')
    .option('--seed <seed>', 'one seed alone: replays a failure')
    .option('--venue <venue>', 'the embedded venue to play against', 'binance_spot')
    .option('--jobs <n>', 'threads (default: as many as the machine runs at once)')
    .option('--json <file>', 'write what came of it there')
    .option('--resume <file>', 'keep what is done there, and go on from it')
    .option('--require-all', 'fail when a kind of fault never happened in 200 seeds or more')
    .option('--hash-only', 'print nothing but findings and the hash of the series')
    .option('--exhaustive-crash', 'die at every journal record of a short scenario instead')
    .option('--task <type>', 'of which task type (default: iceberg)')
    .action(async (options: ExploreOptions) => {
      const { exploreSeeds } = await import('./explore.ts')
      finish(await exploreSeeds(options))
    })
}

function addTasks(program: Command, finish: Finish): void {
  withStateDir(program.command('tasks').description('list the tasks of a running engine'))
    .option('--json', 'print one JSON document')
    .action(async (options: { stateDir: string; json?: boolean }) => {
      const { listTasks } = await import('./task.ts')
      finish(await listTasks(options.stateDir, { json: options.json === true }))
    })
  const task = program.command('task').description('command a task of a running engine')
  for (const [name, description] of TASK_COMMANDS) {
    withStateDir(task.command(name).description(description).argument('<id>', 'of the task'))
      // One line a command: what differs is only the name.
      .action(async (id: string, options: { stateDir: string }) => {
        const { commandTask } = await import('./task.ts')
        finish(await commandTask(options.stateDir, name, id))
      })
  }
  withStateDir(task.command('update').description('change parameters of a task'))
    .argument('<id>', 'of the task')
    .argument('<key=value...>', 'such as total_quantity=2 offset_ticks=1')
    .action(async (id: string, pairs: string[], options: { stateDir: string }) => {
      const { updateTask } = await import('./task.ts')
      finish(await updateTask(options.stateDir, id, pairs))
    })
}

function withStateDir(command: Command): Command {
  return command.option('--state-dir <directory>', 'state_dir of that engine', './state')
}
