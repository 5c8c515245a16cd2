import { readFile } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { type Problem, problemAt } from './problem.js'

/** What a package says about itself. */
export interface Manifest {
  readonly folder: string
  readonly name: string
  readonly version?: string
  /** As an SPDX expression, where the package wrote one. */
  readonly licence?: string
  /** Why package.json could not be used. The package counts all the same, named after its folder. */
  readonly problem?: Problem
}

/** Reads the package.json in `folder`. It never fails: thousands of strangers wrote these files. */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, 'package.json')
  try {
    return manifestOf(folder, JSON.parse(withoutMark(await readFile(path, 'utf8'))))
  } catch (error) {
    const problem =
      error instanceof SyntaxError ? { path, reason: 'not valid JSON' } : problemAt(path, error)
    return { folder, name: nameOf(folder), problem }
  }
}

function manifestOf(folder: string, json: unknown): Manifest {
  const fields = isRecord(json) ? json : {}
  const name = textOf(fields.name) ?? nameOf(folder)
  const version = textOf(fields.version)
  const licence = licenceOf(fields.license) ?? licenceOf(fields.licenses)
  return { folder, name, ...(version && { version }), ...(licence && { licence }) }
}

/** Today a text; long ago `{ type, url }`, or a list of either, which meant a choice. */
export function licenceOf(field: unknown): string | undefined {
  if (Array.isArray(field)) return choiceOf(field)
  return textOf(isRecord(field) ? field.type : field)
}

function choiceOf(fields: readonly unknown[]): string | undefined {
  const licences = fields.map(licenceOf).filter((licence) => licence !== undefined)
  return licences.length > 1 ? `(${licences.join(' OR ')})` : licences[0]
}

/** The name that `require` and `import` know the folder by: `…/node_modules/@scope/name` is `@scope/name`. */
function nameOf(folder: string): string {
  return folder.split(`${sep}node_modules${sep}`).at(-1)?.replaceAll(sep, '/') ?? folder
}

/** Some editors begin a file with a byte order mark, which JSON does not know. */
function withoutMark(text: string): string {
  return text.replace(/^\uFEFF/, '')
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
