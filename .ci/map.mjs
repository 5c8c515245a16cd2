// Every file and folder that ARCHITECTURE.md names is there: a move that forgets the map is found here.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './tarballs.mjs'

const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
const listed = execFileSync('git', ['ls-files', 'packages', 'apps'], {
  cwd: root,
  encoding: 'utf8',
})
const files = listed.split('\n').map((path) => `/${path}`)

const names = new Set(
  [...text.matchAll(/[\w./-]+(?:\.ts\b|\w\/(?=[`\s)]))/g)].map(([name]) => name),
)
const missing = [...names].filter((name) => !files.some((path) => isAt(name, path)))
if (missing.length > 0) throw new Error(`ARCHITECTURE.md names what is not there: ${missing}`)
console.log(`${names.size} files and folders of ARCHITECTURE.md are there`)

/** A name may leave out where it stands. */
function isAt(name, path) {
  return name.endsWith('/') ? path.includes(`/${name}`) : path.endsWith(`/${name}`)
}
