import { type LocalPool, listPools } from '@conc/distributed'
import type { CommandCall } from '../program/command-spec.js'
import { exitCode } from '../program/exit-code.js'
import { type Column, table } from '../terminal/table.js'
import { durationText } from '../terminal/units.js'
import { folder } from './up-settings.js'

const columns: readonly Column<LocalPool>[] = [
  { heading: 'NAME', of: ({ name }) => name },
  { heading: 'HOST', of: ({ host }) => host },
  { heading: 'PORT', of: ({ port }) => port, isRight: true },
  { heading: 'PID', of: ({ pid }) => pid, isRight: true },
  { heading: 'BREADTH', of: ({ breadth }) => breadth, isRight: true },
  { heading: 'UP', of: ({ startedAt }) => durationText(Date.now() - startedAt), isRight: true },
  { heading: 'VERSION', of: ({ version }) => version },
  { heading: 'MODULES', of: ({ modules }) => modules.join(' ') },
]

export async function run({ terminal }: CommandCall): Promise<number> {
  const pools = await listPools(folder())
  if (terminal.isJson) {
    terminal.printJson(pools.map((one) => ({ ...one, upMs: Date.now() - one.startedAt })))
  } else if (pools.length === 0) {
    terminal.note('No pool of yours runs here.')
  } else {
    for (const line of table(pools, columns, terminal.columns)) terminal.print(line)
  }
  return exitCode.done
}
