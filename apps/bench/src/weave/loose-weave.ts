import type { Body } from './bodies.js'
import type { GraphRecord } from './shapes.js'

/** A weave whose names are made in a loop, which its own type, a row per literal name, cannot follow. */
export interface LooseWeave {
  do(name: string, body: Body): LooseWeave
  do(name: string, options: { needs: readonly string[] }, body: Body): LooseWeave
  plan(): { readonly order: readonly string[] }
  run(): Promise<GraphRecord>
}

export async function loadWeave(): Promise<() => LooseWeave> {
  const { weave } = await import('@conc/weave')
  return () => weave() as unknown as LooseWeave
}
