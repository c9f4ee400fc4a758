// The few things the journal asks of a disk, as a port. The makes are node-disk.ts (a directory)
// and modelled-disk.ts (memory that can crash); tests put a failing one in between.

export interface Disk {
  /** Makes an empty file that did not exist and returns its handle. Throws what the system says. */
  create(name: string): number
  /** Opens a file that exists, to go on writing. */
  open(name: string): number
  /** Writes at `position` and returns how many bytes were taken, fewer than asked when it must. */
  write(handle: number, bytes: Uint8Array, position: number): number
  /** Returns when everything written to the file is on the medium. */
  sync(handle: number): void
  /** Returns when the names as they are now are on the medium. */
  syncNames(): void
  /** Gives a file another name, in the place of whatever had it: at any instant it is one. */
  rename(from: string, to: string): void
  /** Removes a file, if there is one of that name. */
  remove(name: string): void
  close(handle: number): void
}

/** Writes all of `bytes`, in as many pieces as the disk wants. */
export function writeAll(disk: Disk, handle: number, bytes: Uint8Array, position: number): void {
  let done = 0
  while (done < bytes.length) {
    done += disk.write(handle, bytes.subarray(done), position + done)
  }
}

/** The errno and code of a system error; 0 and '' for anything else that was thrown. */
export function systemError(thrown: unknown): { readonly errno: number; readonly code: string } {
  const isSystemError = thrown instanceof Error && 'errno' in thrown && 'code' in thrown
  if (!isSystemError) return { errno: 0, code: '' }
  return { errno: Math.abs(Number(thrown.errno)), code: String(thrown.code) }
}
