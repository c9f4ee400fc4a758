// The real disk: files of one directory, by node:fs, synchronously, on the journal's own thread.
import {
  closeSync,
  fdatasyncSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Disk } from './disk.ts'

export class NodeDisk implements Disk {
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
  }

  create(name: string): number {
    return openSync(join(this.#directory, name), 'wx', 0o600)
  }

  open(name: string): number {
    return openSync(join(this.#directory, name), 'r+')
  }

  write(handle: number, bytes: Uint8Array, position: number): number {
    return writeSync(handle, bytes, 0, bytes.length, position)
  }

  sync(handle: number): void {
    fdatasyncSync(handle)
  }

  syncNames(): void {
    const directory = openSync(this.#directory, 'r')
    try {
      fsyncSync(directory)
    } finally {
      closeSync(directory)
    }
  }

  rename(from: string, to: string): void {
    renameSync(join(this.#directory, from), join(this.#directory, to))
  }

  remove(name: string): void {
    rmSync(join(this.#directory, name), { force: true })
  }

  close(handle: number): void {
    closeSync(handle)
  }
}
