import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { temporaryFolder } from './temporary-folder.js'
import { tsc } from './toolchains.js'

const require = createRequire(import.meta.url)
const installed = {
  '@conc/weave': path.dirname(require.resolve('@conc/weave/package.json')),
  '@conc/core': path.dirname(require.resolve('@conc/core/package.json')),
  '@types/node': path.dirname(require.resolve('@types/node/package.json')),
}
const compilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  declaration: true,
  target: 'es2023',
  module: 'nodenext',
  types: ['node'],
  outDir: 'dist',
}

/** A folder as somebody has it who installed the packages. */
export function project(): string {
  const root = temporaryFolder()
  writeFileSync(path.join(root, 'package.json'), '{ "type": "module" }')
  for (const [name, target] of Object.entries(installed)) {
    const link = path.join(root, 'node_modules', name)
    mkdirSync(path.dirname(link), { recursive: true })
    symlinkSync(target, link, 'junction')
  }
  return root
}

/** Compiles the files in a project. @returns what the compiler says. */
export async function compiled(
  root: string,
  files: Readonly<Record<string, string>>,
  ...flags: readonly string[]
): Promise<string> {
  for (const [name, code] of Object.entries(files)) writeFileSync(path.join(root, name), code)
  const config = { compilerOptions, files: Object.keys(files) }
  writeFileSync(path.join(root, 'tsconfig.json'), JSON.stringify(config))
  const compiler = spawn(process.execPath, [tsc, '-p', root, ...flags])
  const [said, failed, [code, signal]] = await Promise.all([
    text(compiler.stdout),
    text(compiler.stderr),
    once(compiler, 'exit'),
  ])
  // What is wrong with the files it says; this is about itself.
  const isBroken = signal !== null || (code !== 0 && said === '')
  if (isBroken) throw new Error(`The compiler ended with ${signal ?? code}: ${failed}`)
  return said
}
