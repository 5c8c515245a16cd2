// Versions a copy of the repository as a release would, and looks at the versions: a changeset that does not parse,
// or a package without one, is found here and not on the day of the release. Then goes through the motions of publishing.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './tarballs.mjs'

const copy = join(mkdtempSync(join(tmpdir(), 'release-')), 'conc')

try {
  execFileSync('git', ['clone', '--quiet', '--depth=1', `file://${root}`, copy])
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  execFileSync('npx', ['changeset', 'version'], { cwd: copy, stdio: 'inherit' })
  for (const folder of readdirSync(join(copy, 'packages'))) {
    const { name, version } = JSON.parse(
      readFileSync(join(copy, 'packages', folder, 'package.json'), 'utf8'),
    )
    if (version === '0.0.0') throw new Error(`${name} has no changeset: it would stay ${version}.`)
    console.log(`${name} ${version}`)
  }
} finally {
  rmSync(join(copy, '..'), { recursive: true, force: true })
}

const publish = ['pnpm@10.34.9', '-r', 'publish', '--dry-run', '--no-git-checks']
const told = execFileSync('npx', ['-y', ...publish], { cwd: root, encoding: 'utf8', stdio: 'pipe' })
const published = told.match(/^\+ @conc\/\S+/gm) ?? []
console.log(published.join('\n'))
if (published.length === 0) throw new Error(`Nothing would be published:\n${told}`)
