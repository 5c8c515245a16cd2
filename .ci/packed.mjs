// Packs every package, installs the tarballs into an empty project, type-checks and runs the examples of their READMEs there.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname ?? '.ci', '..')
const project = mkdtempSync(join(tmpdir(), 'packed-'))
const tsconfig = {
  compilerOptions: {
    target: 'es2022',
    lib: ['es2023', 'esnext.disposable'],
    module: 'nodenext',
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    rootDir: 'src',
    outDir: 'out',
  },
  include: ['src'],
}

try {
  const packages = readdirSync(join(root, 'packages')).map(pack)
  install(packages)
  const readmes = [...packages, { folder: 'root', readme: join(root, 'README.md') }]
  const examples = readmes.flatMap(writeExamples)
  run('npx', ['tsc', '-p', 'tsconfig.json'])
  for (const example of examples) {
    console.log(`-- ${example}`)
    run('node', [join('out', `${example}.js`)])
  }
  console.log(
    `${packages.length} packages installed, ${examples.length} README examples checked and run`,
  )
} finally {
  rmSync(project, { recursive: true, force: true })
}

function pack(folder) {
  const cwd = join(root, 'packages', folder)
  const args = ['-y', 'pnpm@10.34.9', 'pack', '--json', '--pack-destination', project]
  const { filename } = JSON.parse(execFileSync('npx', args, { cwd, encoding: 'utf8' }))
  const manifest = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8'))
  return { folder, name: manifest.name, filename, readme: join(cwd, 'README.md') }
}

function install(packages) {
  const { catalog } = readCatalog()
  const local = Object.fromEntries(packages.map(({ name, filename }) => [name, `file:${filename}`]))
  const manifest = {
    private: true,
    type: 'module',
    dependencies: local,
    // Packages depend on their siblings by version; these tarballs stand in for the registry.
    overrides: local,
    devDependencies: { '@types/node': catalog('@types/node'), typescript: catalog('typescript') },
  }
  write('package.json', JSON.stringify(manifest, null, 2))
  write('tsconfig.json', JSON.stringify(tsconfig, null, 2))
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'])
}

/** Each fenced `ts` or `js` block of a README that begins with an import is a program of its own. */
function writeExamples({ folder, readme }) {
  const text = readFileSync(readme, 'utf8')
  const programs = [...text.matchAll(/^```(ts|js)\n(import [\s\S]*?)^```/gm)]
  return programs.map(([, language, code], index) => {
    const name = `${folder}-${index + 1}`
    write(language === 'ts' ? join('src', `${name}.ts`) : join('out', `${name}.js`), code)
    return name
  })
}

function readCatalog() {
  const text = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8')
  const catalog = (name) => {
    const line = text
      .split('\n')
      .find((one) => one.trim().replaceAll('"', '').startsWith(`${name}: `))
    return line.slice(line.lastIndexOf(': ') + 2).trim()
  }
  return { catalog }
}

function write(path, text) {
  mkdirSync(join(project, path, '..'), { recursive: true })
  writeFileSync(join(project, path), text)
}

function run(command, args) {
  execFileSync(command, args, { cwd: project, stdio: 'inherit', timeout: 120_000 })
}
