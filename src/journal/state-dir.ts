// The state directory: what lies where, and what a person is told when it cannot be used.
//
//   <state_dir>/journal/000001.floe …   the run that is going on
//   <state_dir>/runs/<utc>/…            runs that ended, whole
//   <state_dir>/incarnation             largest incarnation ever begun here
//   <state_dir>/pid                     of the engine that holds the lock, for messages only
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { EngineError, errorText } from '#core/engine-error.ts'
import { systemError } from './disk.ts'
import { readSegments, type JournalHistory, type SegmentFile } from './reader.ts'
import { segmentNumber } from './segment-layout.ts'

const READ_ATTEMPTS_MAX = 10

export const journalDirectory = (stateDir: string): string => join(stateDir, 'journal')
export const runsDirectory = (stateDir: string): string => join(stateDir, 'runs')

/**
 * Makes the directories and returns the state directory's real path.
 * @throws EngineError `state_dir_unwritable` naming path, reason and fix.
 */
export function prepareStateDir(stateDir: string): string {
  try {
    makeDirectory(journalDirectory(stateDir))
    const path = realpathSync(stateDir)
    accessSync(path, constants.W_OK | constants.X_OK)
    accessSync(journalDirectory(path), constants.W_OK | constants.X_OK)
    return path
  } catch (thrown) {
    throw unwritable(stateDir, thrown)
  }
}

/**
 * Makes a directory and those above it, private to this user. Not mkdir's own `recursive`, which
 * never returns on Node 22 where a parent exists but takes no directories (`/proc`).
 */
export function makeDirectory(path: string): void {
  if (existsSync(path)) return
  makeDirectory(dirname(path))
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (thrown) {
    if (systemError(thrown).code !== 'EEXIST') throw thrown
  }
}

/** What to tell when the state directory refuses a file. */
export function unwritable(stateDir: string, thrown: unknown): EngineError {
  if (systemError(thrown).code === '') throw thrown
  const fix = 'make it writable for this user, free space on it, or set another state_dir'
  const message = `state_dir ${stateDir} cannot be written (${errorText(thrown)}): ${fix}`
  return new EngineError('state_dir_unwritable', message, 'fatal', thrown)
}

/**
 * All segments of a directory, empty when there are none. An engine at work may put a snapshot in
 * the place of some while they are read: then they are read anew.
 */
export function segmentFiles(
  directory: string,
  isWanted: (name: string) => boolean = () => true,
): SegmentFile[] {
  for (let attempt = 1; ; attempt++) {
    try {
      const names = segmentNames(directory).filter((name) => isWanted(name))
      return names.map((name) => ({
        name,
        bytes: readFileSync(join(directory, name)),
      }))
    } catch (thrown) {
      if (systemError(thrown).code !== 'ENOENT' || attempt === READ_ATTEMPTS_MAX) throw thrown
    }
  }
}

/** Names of the segments of a directory; none when there is no such directory. */
export function segmentNames(directory: string): string[] {
  try {
    return readdirSync(directory).filter((name) => segmentNumber(name) > 0)
  } catch (thrown) {
    if (systemError(thrown).code === 'ENOENT') return []
    throw thrown
  }
}

/**
 * The journal in a state directory, in its `journal` folder or in an archived run, for people.
 * Takes no lock: of a running engine it shows what has been written so far.
 * @throws EngineError `journal_missing`, `journal_newer_version`.
 */
export function readJournalAt(directory: string): JournalHistory {
  for (const place of [journalDirectory(directory), directory]) {
    const files = segmentFiles(place)
    if (files.length > 0) return readSegments(files)
  }
  throw new EngineError(
    'journal_missing',
    `${directory} holds no journal: name a state_dir, or a folder with 000001.floe in it`,
  )
}
