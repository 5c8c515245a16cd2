/** The weaves that tests run in other threads and processes: plain modules, which those can import. */
Object.assign(globalThis, { isWeaveTest: true })

const load = (name: string) => import(new URL(`../modules/${name}.mjs`, import.meta.url).href)

export const { steps, shared, late, mapped, told, tell, fails, templated, speaking } =
  await load('background')
export const { broken } = await load('throws')
export const { inside, shaped } = await load('unsteady')
export const { endless } = await load('endless')
