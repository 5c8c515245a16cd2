import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, realpath, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

/** Files by path: a text, a record that is written as JSON, or a link. */
export type FileTree = Readonly<Record<string, string | object | Link>>

export class Link {
  readonly target: string

  constructor(target: string) {
    this.target = target
  }
}

/** A link to `target`, which is relative to the folder that the link is in, or absolute. */
export function link(target: string): Link {
  return new Link(target)
}

/** Writes the files into a new folder that goes away with the test. */
export async function makeTree(files: FileTree): Promise<string> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'conc-audit-')))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await write(join(root, path), content)
  }
  return root
}

/** Takes no disk, being all hole, and far longer to read than any test may take. */
export async function makeHuge(path: string): Promise<void> {
  await truncate(path, 2 ** 40)
}

/** A named pipe: reading it waits for a writer, who never comes. */
export function makePipe(path: string): void {
  execFileSync('sh', ['-c', 'mkfifo "$0"', path])
}

async function write(path: string, content: string | object): Promise<void> {
  if (content instanceof Link) await symlink(content.target, path)
  else await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
}
