import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { transformSync as swcTransform } from '@swc/core'
import { transformSync as esbuildTransform } from 'esbuild'
import { type MinifyOptions, minify as terserMinify } from 'terser'
import { temporaryFolder } from './temporary-folder.js'

/** What a tool makes of a file: a script whose `module.exports` are read, or an ES module. */
export type Transform = (code: string) => string | Promise<string>
export type Format = 'script' | 'module'
type EsTarget = 'es5' | 'es2015' | 'es2016' | 'es2017' | 'es2022'

/** The real tools, each as a function from source to source. */
export interface Toolchains {
  tscTo(target: string): Transform
  esbuildTo(target: string, minify?: boolean): Transform
  swcTo(target: EsTarget, minify?: boolean): Transform
  babelTo(targets: object, more?: object): Transform
  terser(options: MinifyOptions): Transform
  readonly istanbul: Transform
}

const require = createRequire(import.meta.url)
// Neither of these two brings types.
const babel = require('@babel/core') as {
  transformSync(code: string, options: object): { code: string }
}
const istanbul = require('istanbul-lib-instrument') as {
  createInstrumenter(options: object): { instrumentSync(code: string, filename: string): string }
}
export const tsc: string = path.join(
  path.dirname(require.resolve('typescript/package.json')),
  'bin/tsc',
)

export function toolchains(format: Format): Toolchains {
  const isModule = format === 'module'
  return {
    tscTo: (target) => (code) => compiledOnce(code, target, isModule),
    esbuildTo:
      (target, minify = false) =>
      (code) =>
        esbuildTransform(code, {
          target,
          minify,
          loader: isModule ? 'ts' : 'js',
          format: isModule ? 'esm' : 'cjs',
          logLevel: 'silent',
        }).code,
    swcTo:
      (target, minify = false) =>
      (code) =>
        swcTransform(code, {
          isModule,
          swcrc: false,
          minify,
          jsc: {
            target,
            parser: { syntax: isModule ? 'typescript' : 'ecmascript' },
            minify: { compress: minify, mangle: minify },
          },
        }).code,
    babelTo:
      (targets, more = {}) =>
      (code) =>
        babel.transformSync(code, {
          presets: [[require.resolve('@babel/preset-env'), { targets, modules: false, ...more }]],
          configFile: false,
          sourceType: format,
          compact: false,
        }).code,
    terser: (options) => async (code) =>
      (
        await terserMinify(code, {
          compress: { passes: 2 },
          mangle: true,
          module: isModule,
          ...options,
        })
      ).code ?? '',
    istanbul: (code) =>
      istanbul
        .createInstrumenter({ esModules: isModule, compact: false })
        .instrumentSync(code, 'bodies.js'),
  }
}

const outputs = new Map<string, string>()

/** Several tools go on with what the compiler made of the same text. */
function compiledOnce(code: string, target: string, isModule: boolean): string {
  const key = `${target} ${isModule} ${code}`
  const output = outputs.get(key) ?? compiled(code, target, isModule)
  outputs.set(key, output)
  return output
}

function compiled(code: string, target: string, isModule: boolean): string {
  const folder = temporaryFolder()
  const name = isModule ? 'bodies.ts' : 'bodies.js'
  writeFileSync(path.join(folder, name), code)
  const module = isModule ? 'esnext' : 'commonjs'
  const options = ['--allowJs', '--target', target, '--module', module, '--outDir', 'out']
  // One file alone: what it imports is not there, and its types are checked elsewhere.
  const alone = ['--noCheck', '--moduleResolution', 'bundler']
  // In its folder, or the nearest tsconfig.json would have a say.
  execFileSync(process.execPath, [tsc, name, ...options, ...alone], { cwd: folder })
  return readFileSync(path.join(folder, 'out/bodies.js'), 'utf8')
}
