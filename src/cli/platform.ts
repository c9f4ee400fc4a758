// Where floe runs: the pinned Node and uWebSockets.js come as linux-x64 packages for glibc.
// Anything else gets one clear sentence instead of a loader's error.

export interface Platform {
  readonly os: string
  readonly cpu: string
  /** undefined where the C library is another one (musl). */
  readonly glibc: string | undefined
}

/** Null when floe runs here, else what to tell the user. */
export function platformProblem({ os, cpu, glibc }: Platform): string | null {
  if (os === 'linux' && cpu === 'x64' && glibc !== undefined) return null
  const library = os === 'linux' && glibc === undefined ? ' without glibc' : ''
  return (
    `floe runs on linux x64 with glibc (Debian 12, Ubuntu 22.04, RHEL 9 or newer); ` +
    `this is ${os} ${cpu}${library}. Use such a machine, or a glibc container on it.`
  )
}

export function thisPlatform(): Platform {
  return { os: process.platform, cpu: process.arch, glibc: glibcVersion() }
}

function glibcVersion(): string | undefined {
  // Looking up the network interfaces would take most of the report's time.
  Object.assign(process.report, { excludeNetwork: true })
  const report: { header?: { glibcVersionRuntime?: string } } = process.report.getReport()
  return report.header?.glibcVersionRuntime
}
