// What the engine's thread and the control worker say to each other at start and stop. Everything
// in between goes through shared memory: command-queue.ts and status-view.ts.
import type { CommandRings } from './command-queue.ts'

export interface ControlWorkerData {
  /** 0 = any free port. */
  readonly port: number
  readonly token: string
  readonly rings: CommandRings
  readonly status: SharedArrayBuffer
}

export type ControlMessage =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'port_in_use' }

/** The host's only word to the worker: close every socket, then end. */
export const STOP = 'stop'
