import { createRequire, isBuiltin } from 'node:module'
import { pathToFileURL } from 'node:url'
import { compileFunction } from 'node:vm'
import type { SourceProgram } from '../source/program.js'

type Fn = (...args: never[]) => unknown

/** Makes the function that was shipped, with its scope around it. */
export async function compile(
  { main, functions, own, base }: SourceProgram,
  values: ReadonlyMap<string, unknown>,
): Promise<Fn> {
  const library: Record<string, unknown> = await import('../index.js')
  const given = new Map(values)
  for (const [key, name] of own) given.set(key, library[name])
  const lines = ["'use strict'"]
  for (const { key, text } of functions) lines.push(`const ${key} = (${text}\n)`)
  lines.push(`return (${main}\n)`)
  // esbuild's `__name(fn, 'name')` gives its function back.
  const outer = ['__import', '__name', ...given.keys()]
  const make = compileFunction(lines.join('\n'), outer, { filename: base ?? 'conc:source' })
  const importFrom = (specifier: unknown): Promise<unknown> => import(resolved(specifier, base))
  return make(importFrom, (fn: unknown) => fn, ...given.values()) as Fn
}

function resolved(specifier: unknown, base: string | undefined): string {
  const text = String(specifier)
  if (base === undefined || isBuiltin(text) || URL.canParse(text)) return text
  if (/^\.{0,2}\//.test(text)) return new URL(text, base).href
  return pathToFileURL(createRequire(base).resolve(text)).href
}
