import { describe, expect, it } from 'vitest'
import { compiled, project } from './support/project.js'

/** One task of a generated chain, which asks for the one before and for another far away, as long programs do. */
interface Link {
  readonly first: string
  task(index: number, keys: string, before: string, far: string): string
  /** What the last task gives, as a number. */
  number(name: string): string
}

const links: Readonly<Record<string, Link>> = {
  numbers: {
    first: '1',
    task: (i, keys, before, far) => `.do('t${i}', async ({ ${keys} }) => ${before} + ${far})`,
    number: (name) => name,
  },
  objects: {
    first: '({ n: 1 })',
    task: (i, keys, before, far) =>
      `.do('t${i}', async ({ ${keys} }) => ({ n: ${before}.n + ${far}.n }))`,
    number: (name) => `${name}.n`,
  },
  options: {
    first: '({ n: 1 })',
    task: (i, keys, before, far) =>
      `.do('t${i}', { retries: 1 }, async ({ ${keys} }) => ({ n: ${before}.n + ${far}.n }))`,
    number: (name) => `${name}.n`,
  },
  mapped: {
    first: '[1]',
    task: (i, _keys, before, far) =>
      `.each('t${i}', '${before}', async (n, { ${far} }) => n + ${far}.length)`,
    number: (name) => `${name}.length`,
  },
}

function chain(count: number, { first, task, number }: Link): string {
  const lines = Array.from({ length: count - 1 }, (_, i) => {
    const far = i >> 1
    return task(i + 1, far === i ? `t${i}` : `t${i}, t${far}`, `t${i}`, `t${far}`)
  })
  return `import { weave } from '@conc/weave'
export const w = weave()
  .do('t0', () => ${first})
  ${lines.join('\n  ')}
const r = await w.run()
export const last: number = ${number(`r.t${count - 1}`)}
export const final: number = ${number('r.final')}
// @ts-expect-error nobody defines it
w.do('more', ({ t${count} }) => t${count})
// @ts-expect-error it is a number
export const text: string = ${number(`r.t${count / 2}`)}
`
}

const counts = new Map<string, Promise<number>>()

/** Type instantiations: how much the compiler has to do, which no busy machine changes. Each chain is compiled once. */
function instantiationsOf(count: number, kind: string): Promise<number> {
  const key = `${count} ${kind}`
  const known = counts.get(key) ?? counted(chain(count, links[kind] as Link))
  counts.set(key, known)
  return known
}

async function counted(text: string): Promise<number> {
  const flags = ['--noEmit', '--declaration', 'false', '--skipLibCheck', '--extendedDiagnostics']
  const said = await compiled(project(), { 'chain.ts': text }, ...flags)
  expect(said).not.toMatch(/error TS/)
  const count = Number(/^Instantiations:\s+(\d+)$/m.exec(said)?.[1])
  console.info(`${count} instantiations, ${/^Total time:.*$/m.exec(said)?.[0]}`)
  return count
}

describe('a chain of 400 tasks', { timeout: 240_000 }, () => {
  // A quarter more than it took when this was written, when each was checked in less than 5 s.
  it.each([
    ['numbers', 400_000],
    ['objects', 2_300_000],
    ['options', 5_300_000],
    ['mapped', 5_600_000],
  ])('of %s takes the compiler at most %i instantiations', async (kind, limit) => {
    const count = await instantiationsOf(400, kind)
    expect(count).toBeGreaterThan(10_000)
    expect(count).toBeLessThan(limit)
  })

  it('costs no more than the square of its length', async () => {
    const half = await instantiationsOf(200, 'objects')
    expect(await instantiationsOf(400, 'objects')).toBeLessThan(4.2 * half)
  })
})
