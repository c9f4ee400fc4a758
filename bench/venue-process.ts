// The bench's end of a venue that runs in a process of its own: it must not share a time slice
// with what it measures.
import { fork, type ChildProcess } from 'node:child_process'
import type { LoadCommand, LoadReady } from './load-messages.ts'

/** Time to react to the last tick. */
const SETTLE_MS = 50

/** `Done`: what the venue says when the last tick was sent. */
export class VenueProcess<Done> {
  readonly #script: URL
  #child: ChildProcess | null = null

  constructor(script: URL) {
    this.#script = script
  }

  start(): Promise<LoadReady> {
    const child = fork(this.#script, { stdio: 'inherit' })
    this.#child = child
    return new Promise((resolve, reject) => {
      child.once('message', (message: LoadReady) => resolve(message))
      child.once('exit', (code) => reject(new Error(`the bench venue ended with ${code}`)))
    })
  }

  /** Resolves when the last tick was sent and there was time to react to it. */
  run(command: LoadCommand): Promise<Done> {
    const child = this.#child
    if (child === null) throw new Error('the bench venue is not running')
    return new Promise((resolve) => {
      child.once('message', (message: Done) => {
        setTimeout(() => resolve(message), SETTLE_MS)
      })
      child.send(command)
    })
  }

  stop(): void {
    this.#child?.removeAllListeners('exit')
    this.#child?.disconnect()
    this.#child = null
  }
}
