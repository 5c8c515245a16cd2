import type { Dirent } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import { errorCode, type Problem, problemAt } from './problem.js'
import { UserError } from './user-error.js'

/** What is installed under a folder. Its paths are absolute and free of links, so each package is here once. */
export interface Tree {
  readonly root: string
  readonly folders: readonly string[]
  /** The project's own packages, which links out of every node_modules lead to: named, not measured. */
  readonly workspace: readonly string[]
  /** Links back to a package that is still being searched: followed blindly they never end. */
  readonly cycles: readonly Cycle[]
  readonly unreadable: readonly Problem[]
}

export interface Cycle {
  readonly link: string
  readonly target: string
}

const modulesPart = `${sep}node_modules${sep}`

/**
 * Finds the packages under `root`/node_modules: flat, nested, scoped, linked, and in pnpm's store.
 *
 * @throws {UserError} there is no such folder, no node_modules in it, or no package in that.
 */
export async function findPackages(root: string): Promise<Tree> {
  if (!(await isFolder(root))) throw new UserError(`There is no folder ${root}.`)
  const modules = join(root, 'node_modules')
  if (!(await isFolder(modules))) {
    throw new UserError(`${root} has no node_modules; install its dependencies first.`)
  }
  const tree = await new PackageSearch(await realpath(root)).tree()
  if (tree.folders.length > 0) return tree
  throw new UserError(`${modules} has no packages in it.`)
}

/** Goes through the packages depth first, so a link back to one that is not done yet closes a circle. */
class PackageSearch {
  readonly #root: string
  readonly #folders: string[] = []
  readonly #workspace: string[] = []
  readonly #cycles: Cycle[] = []
  readonly #unreadable: Problem[] = []
  readonly #packageStates = new Map<string, 'searching' | 'done'>()
  /** Folders called node_modules; pnpm's links lead to each of them many times. */
  readonly #opened = new Set<string>()

  constructor(root: string) {
    this.#root = root
  }

  async tree(): Promise<Tree> {
    this.#packageStates.set(this.#root, 'searching')
    await this.#modules(join(this.#root, 'node_modules'))
    return {
      root: this.#root,
      folders: this.#folders.sort(),
      workspace: this.#workspace.sort(),
      cycles: this.#cycles,
      unreadable: this.#unreadable,
    }
  }

  async #modules(folder: string): Promise<void> {
    const real = await realpath(folder).catch(() => folder)
    if (this.#opened.has(real)) return
    this.#opened.add(real)
    await this.#packages(real, () => true)
  }

  async #packages(folder: string, isWanted: (entry: Dirent) => boolean): Promise<void> {
    for (const entry of await this.#entries(folder)) {
      const path = join(folder, entry.name)
      if (entry.name === '.pnpm') await this.#store(path)
      else if (entry.name.startsWith('@')) await this.#scope(path, isWanted)
      else if (!entry.name.startsWith('.') && isWanted(entry)) await this.#package(path)
    }
  }

  async #scope(folder: string, isWanted: (entry: Dirent) => boolean): Promise<void> {
    for (const entry of await this.#entries(folder)) {
      if (isWanted(entry)) await this.#package(join(folder, entry.name))
    }
  }

  /** pnpm keeps a package in `.pnpm/<id>/node_modules/<name>`, with links to its dependencies beside it. */
  async #store(folder: string): Promise<void> {
    for (const { name: id } of await this.#entries(folder)) {
      await this.#packages(join(folder, id, 'node_modules'), (entry) => entry.isDirectory())
    }
  }

  async #package(path: string): Promise<void> {
    const real = await this.#real(path)
    if (real === undefined) return
    const state = this.#packageStates.get(real)
    if (state === undefined) await this.#search(real)
    else if (state === 'searching' && real !== path) this.#cycles.push({ link: path, target: real })
  }

  async #search(real: string): Promise<void> {
    const isInstalled = real.includes(modulesPart)
    const found = isInstalled ? this.#folders : this.#workspace
    found.push(real)
    this.#packageStates.set(real, 'searching')
    await this.#modules(join(real, 'node_modules'))
    if (isInstalled) await this.#siblings(real)
    this.#packageStates.set(real, 'done')
  }

  /** In pnpm's store the dependencies lie beside the package, and the store may be further up than the root. */
  async #siblings(real: string): Promise<void> {
    const modules = real.slice(0, real.lastIndexOf(modulesPart) + modulesPart.length - 1)
    if (basename(dirname(dirname(modules))) === '.pnpm') await this.#modules(modules)
  }

  /** The folder that a path leads to; `undefined` for files, and for links that lead nowhere or to themselves. */
  async #real(path: string): Promise<string | undefined> {
    try {
      const real = await realpath(path)
      return (await isFolder(real)) ? real : undefined
    } catch (error) {
      if (errorCode(error) === 'ELOOP') this.#cycles.push({ link: path, target: path })
      else this.#unreadable.push(problemAt(path, error))
      return undefined
    }
  }

  /** Sorted, so that every run takes the same way. */
  async #entries(folder: string): Promise<Dirent[]> {
    try {
      const entries = await readdir(folder, { withFileTypes: true })
      return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
    } catch (error) {
      // Most packages have no node_modules of their own, and not all that lies in a store is a folder.
      const isExpected = ['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')
      if (!isExpected) this.#unreadable.push(problemAt(folder, error))
      return []
    }
  }
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}
