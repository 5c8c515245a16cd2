import type { Plan, PlanOptions, RunOptions, SettledResult } from '@conc/weave'
import { importUserModule } from '../options/module-path.js'
import { usageError } from '../program/command-error.js'

type Values = Readonly<Record<string, unknown>>

/** A weave of which nothing is known but that it is one. */
export interface AnyWeave {
  plan(options?: PlanOptions): Plan
  with(values: Values): AnyWeave
  input(): {
    settle(
      inputs: Values,
      options: RunOptions & { only?: readonly string[] },
    ): Promise<SettledResult>
  }
}

/**
 * The weave that `module#export` means; without `#export` the default one, or the only one.
 *
 * @throws {CommandError} naming the weaves that the module does export.
 */
export async function loadWeave(target: string): Promise<AnyWeave> {
  const at = target.lastIndexOf('#')
  const module = at === -1 ? target : target.slice(0, at)
  const wanted = at === -1 ? undefined : target.slice(at + 1)
  const exported = await importUserModule(module)
  const weaves = Object.keys(exported).filter((name) => isWeave(exported[name]))
  const name = wanted ?? (weaves.includes('default') || weaves.length !== 1 ? 'default' : weaves[0])
  const found = name === undefined ? undefined : exported[name]
  if (isWeave(found)) return found
  throw usageError(missing(module, wanted, exported, weaves), remedy(module, weaves))
}

function isWeave(value: unknown): value is AnyWeave {
  const { plan, run, settle } = (value ?? {}) as Record<string, unknown>
  return [plan, run, settle].every((one) => typeof one === 'function')
}

function missing(
  module: string,
  wanted: string | undefined,
  exported: object,
  weaves: string[],
): string {
  if (wanted !== undefined && wanted in exported) return `'${wanted}' of ${module} is no weave.`
  if (wanted !== undefined) return `${module} exports no '${wanted}'. ${listed(exported)}`
  if (weaves.length > 1) return `${module} exports several weaves: ${weaves.join(', ')}.`
  return `${module} exports no weave. ${listed(exported)}`
}

function listed(exported: object): string {
  const names = Object.keys(exported)
  return names.length === 0 ? 'It exports nothing.' : `It exports ${names.join(', ')}.`
}

function remedy(module: string, weaves: string[]): string | undefined {
  return weaves.length === 0 ? undefined : `Say which one: ${module}#${weaves[0]}`
}
