// What `build` makes of the sources of a package, the package being the working directory: the modules that others load
// by name or by URL, and one chunk of what these share. Node takes over a millisecond for each file of a program, and
// every worker pays that again. Declarations are made by `tsc -b`.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { defineConfig } from 'rolldown'

/** Where code says what lies beside it: `new URL('./x.entry.js', import.meta.url)`. */
const neighbour = /(?<=new URL\(')\.[^']+(?=', import\.meta\.url\))/g

const sources = filesIn('src').filter((file) => /\.c?ts$/.test(file))
const workers = sources.filter((file) => file.endsWith('.entry.ts'))
const starts = [...new Set([...published(), ...workers, ...sources.flatMap(neighboursOf)])]

/** Who loads a package's inside loads its index too: the two are one chunk. */
const hasInternal = existsSync('src/internal/index.ts')

/** The part of core that a package needs. Each name to look up costs a worker half a millisecond. */
const base = '@conc/core/internal/base'
const core = sources.some(takesBase) ? base : '@conc/core/internal'

/** Node looks up its global by a function, at each use; compiled code cannot see through that. */
const inject = { Buffer: ['node:buffer', 'Buffer'] }

const common = { platform: 'node', transform: { target: 'es2023', inject } }
const output = {
  dir: 'dist',
  sourcemap: true,
  // The sources are packed too.
  sourcemapExcludeSources: true,
  // Errors, reports and refusals tell what functions and classes are called.
  keepNames: true,
}

const modules = {
  ...common,
  input: named(starts.filter((file) => file.endsWith('.ts'))),
  external: (id) => !/^[./]/.test(id) && !isOwn(id),
  plugins: [
    withNeighbours(),
    withoutRuntime(),
    withoutFacades(),
    withBase(),
    withBuiltinsAtHand(),
    inAscii(),
    withoutLeftovers(),
  ],
  output: {
    ...output,
    chunkFileNames: 'chunks/[name].js',
    minifyInternalExports: false,
    // The inside of core has what its index has.
    paths: { '@conc/core': core },
    codeSplitting: {
      groups: [
        // With all that it imports.
        { name: 'base', test: /\/src\/internal\/base\.ts$/, priority: 1 },
        { name: 'shared', test: isForPrograms, minShareCount: hasInternal ? 1 : 2 },
      ],
    },
  },
}

/** CommonJS modules, each alone. */
const scripts = {
  ...common,
  input: named(starts.filter((file) => file.endsWith('.cts'))),
  external: (_id, importer) => importer !== undefined,
  output: { ...output, format: 'cjs', entryFileNames: '[name].cjs' },
}

export default defineConfig(Object.keys(scripts.input).length > 0 ? [modules, scripts] : modules)

/** What others import. It is known by its types, as its code may stand in the chunk. */
function published() {
  const { exports, bin = {} } = JSON.parse(readFileSync('package.json', 'utf8'))
  return [...Object.values(exports), ...Object.values(bin)]
    .map((target) => target.types ?? target)
    .filter((target) => target.startsWith('./dist/'))
    .map((target) => sourceOf(join('src', relative('dist', target))))
}

/** What a package only needs while it is built becomes part of it. */
function isOwn(id) {
  const { devDependencies, peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
  const given = Object.keys(peerDependencies ?? {})
  const own = Object.keys(devDependencies ?? {}).filter((name) => !given.includes(name))
  return own.some((name) => id === name || id.startsWith(`${name}/`))
}

/** The conformance kit is for tests: no program loads what its modules share. */
function isForPrograms(id) {
  return !id.includes('/src/conformance/')
}

function takesBase(file) {
  return readFileSync(file, 'utf8').includes(`from '${base}'`)
}

function neighboursOf(file) {
  return [...readFileSync(file, 'utf8').matchAll(neighbour)]
    .map(([path]) => sourceOf(join(dirname(file), path)))
    .filter((source) => sources.includes(source))
}

function named(files) {
  return Object.fromEntries(
    files.map((file) => [relative('src', file).replace(/\.c?ts$/, ''), file]),
  )
}

function sourceOf(file) {
  return file.replace(/(d\.ts|js)$/, 'ts')
}

/** A neighbour of the source is found from the chunk that the source came to be in. */
function withNeighbours() {
  const found = (path) => existsSync(path) || existsSync(sourceOf(path))
  return {
    name: 'with-neighbours',
    transform(code, id) {
      const told = code.replace(neighbour, (path) => {
        const place = join(dirname(id), path)
        return found(place) ? `./from-src/${relative('src', place)}` : path
      })
      return told === code ? null : { code: told, map: null }
    },
    renderChunk(code, { fileName }) {
      const own = (_, place) =>
        `./${relative(dirname(fileName), place)}`.replace(/^\.\/(?=\.\.)/, '')
      const told = code.replace(/(?<=new URL\(")\.\/from-src\/([^"]+)/g, own)
      return told === code ? null : { code: told, map: null }
    },
  }
}

/** The bundler's own few lines stand in each chunk that needs them, rather than in a file that all load. */
function withoutRuntime() {
  const loading = /^import (\{.*\} from )?".*\/rolldown-runtime\.js";$/m
  return {
    name: 'without-runtime',
    generateBundle(_, bundle) {
      const runtime = bundle['chunks/rolldown-runtime.js']
      if (runtime === undefined) return
      // In one line, since source maps are made already.
      const code = runtime.code.replace(/^(import "|export|\/\/).*$/gm, '')
      const lines = code.trim().replace(/\s*\n\s*/g, ' ')
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue
        chunk.code = chunk.code.replace(loading, (_, names) => (names ? lines : ''))
      }
      delete bundle[runtime.fileName]
    },
  }
}

/** Where a package's `exports` name the chunk itself, nobody loads the file that would only pass its names on. */
function withoutFacades() {
  return {
    name: 'without-facades',
    generateBundle(_, bundle) {
      const { exports } = JSON.parse(readFileSync('package.json', 'utf8'))
      for (const target of Object.values(exports)) {
        if (!target.default?.startsWith('./dist/chunks/')) continue
        delete bundle[relative('dist', target.types).replace(/d\.ts$/, 'js')]
      }
    },
  }
}

/** Who loads all of a package's inside finds its base by the same name. */
function withBase() {
  return {
    name: 'with-base',
    renderChunk(code, { fileName, imports }) {
      const isAbove = fileName === 'chunks/shared.js' && imports.includes('chunks/base.js')
      return isAbove ? { code: `${code}\nexport * from "./base.js";\n`, map: null } : null
    },
  }
}

/**
 * For an `import` of one of its own modules Node makes another module of it, and loads what its rarest names need: two
 * milliseconds of a thread's start together. Those that tools watch by their imports, as they do `node:net`, stay imports.
 */
function withBuiltinsAtHand() {
  const names =
    'async_hooks|buffer|diagnostics_channel|fs|module|os|path|perf_hooks|process|timers|timers/promises|url|util|vm|worker_threads'
  const loading = new RegExp(`^import \\{(.*)\\} from ("node:(?:${names})");$`, 'gm')
  const taking = (_, imported, name) =>
    `const {${imported.replaceAll(' as ', ': ')}} = process.getBuiltinModule(${name});`
  return {
    name: 'with-builtins-at-hand',
    generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type === 'chunk') chunk.code = chunk.code.replace(loading, taking)
      }
    },
  }
}

/** One other letter, in a comment even, and V8 keeps the whole file in twice the bytes: two milliseconds of a start. */
function inAscii() {
  const escaped = (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`
  return {
    name: 'in-ascii',
    generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type === 'chunk') chunk.code = chunk.code.replace(/[\u0080-\uffff]/g, escaped)
      }
    },
  }
}

/** Takes away what an earlier build left. */
function withoutLeftovers() {
  return {
    name: 'without-leftovers',
    writeBundle({ dir }, bundle) {
      const isOld = (file) => /\.js(\.map)?$/.test(file) && !(relative(dir, file) in bundle)
      for (const file of filesIn(dir).filter(isOld)) rmSync(file)
    },
  }
}

function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
}
