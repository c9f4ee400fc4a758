// The flags of a release gate, and the policy that `--help` prints.
import { parseArgs } from 'node:util'
import { GOAL_MARGIN, MARGIN, MARGIN_OF_FEW } from './verdict.ts'
import type { BenchOptions } from './measurement.ts'

export interface GateOptions extends BenchOptions {
  readonly baseline: string
  readonly svg: string
  readonly isWriting: boolean
  readonly isFresh: boolean
  readonly isHelp: boolean
  /** Set in the gate's child process: the one suite to measure and report. */
  readonly suite: string
}

export interface GateDefaults {
  readonly baseline: string
  /** Where the table and the picture go, without their endings. */
  readonly out: string
}

export function gateOptions(args: readonly string[], defaults: GateDefaults): GateOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '3' },
      time: { type: 'string', default: '250' },
      only: { type: 'string', default: '' },
      baseline: { type: 'string', default: defaults.baseline },
      'write-baseline': { type: 'boolean', default: false },
      fresh: { type: 'boolean', default: false },
      json: { type: 'string', default: `${defaults.out}.json` },
      svg: { type: 'string', default: `${defaults.out}.svg` },
      suite: { type: 'string', default: '' },
      help: { type: 'boolean', default: false },
    },
  })
  const rounds = Number(values.rounds)
  const timeMs = Number(values.time)
  if (!(rounds >= 1 && timeMs >= 1)) throw new Error('--rounds and --time are numbers from 1 up')
  const { only, baseline, json, svg, suite, fresh } = values
  const isWriting = values['write-baseline']
  if (fresh && !isWriting) throw new Error('--fresh goes with --write-baseline')
  const flags = { isWriting, isFresh: fresh, isHelp: values.help }
  return { rounds, timeMs, only, baseline, json, svg, suite, ...flags }
}

const percent = (share: number): string => `${Math.round(share * 100)} %`

export function helpText(defaults: GateDefaults): string {
  return `Measures every suite, each in a process of its own, and guards what is held.

  --rounds N          interleaved rounds, default 3
  --time MS           for each side of a case in a round, default 250
  --only TEXT         only suites and cases whose name contains it; nothing counts as missing
  --baseline FILE     what earlier runs have reached, default ${defaults.baseline}
  --write-baseline    adds this run to the baseline instead of being judged by it; run it three
                      times or more while nothing else runs: the worst of all runs is what must
                      be reached again
  --fresh             with --write-baseline: forgets the earlier runs of the suites measured;
                      the way to drop lines that were renamed or removed
  --json FILE         the table as a document, default ${defaults.out}.json
  --svg FILE          the table as a picture, default ${defaults.out}.svg

Exit code 1 when
  - a line regressed: its ratio is more than ${percent(MARGIN)} worse than the worst run of the
    baseline (${percent(MARGIN_OF_FEW)} when fewer than three runs wrote it),
  - a goal is lost that every run of the baseline reached, by more than ${percent(GOAL_MARGIN)},
  - a line of the baseline is missing and its suite does not say why,
  - a suite threw or hung.
A line that looks worse is measured again, in a new process; two of up to three tries must agree.
A goal that was not held before and is missed prints FAIL (not yet reached), is listed again at
the end, and does not turn the exit code: the gate guards what is held. What noise makes
meaningless prints NOT MEASURABLE HERE with both numbers and is not judged.
Exit code 2 when nothing could be measured: no peers, no baseline, no suite of that name.
`
}
