import { type Conc, type Surroundings, start } from './conc.js'

/** A pool in the foreground, ready. */
export interface RunningPool {
  readonly child: Conc
  readonly port: string
  readonly name: string
}

/** `conc pool up` with one worker and the tasks of the folder, once it is ready. */
export async function startPool(
  { cwd, env = {} }: Surroundings,
  ...args: readonly string[]
): Promise<RunningPool> {
  const child = start(['pool', 'up', '-m', './tasks.js', '-b', '1', '-v', ...args], {
    ...(cwd !== undefined && { cwd }),
    env,
  })
  await child.says(/^ready .*\n/)
  const [, port = '', name = ''] = /port=(\d+) name=(\S+)/.exec(child.stdout) ?? []
  return { child, port, name }
}
