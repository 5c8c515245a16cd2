import type { WeaveEvent } from '@conc/weave'
import ora, { type Ora } from 'ora'
import type { PackageContents } from './hash-package.js'
import { cut } from './table.js'
import { bytes, count } from './units.js'

/** How far the run is, told by its events. Shown on a terminal only, on stderr: stdout is for the report. */
export class Progress implements Disposable {
  #total = 0
  #packages = 0
  #files = 0
  #bytes = 0
  readonly #spinner: Ora | undefined

  constructor() {
    if (!process.stderr.isTTY || process.env.TERM === 'dumb') return
    this.#spinner = ora({
      text: 'looking for packages',
      color: process.stderr.hasColors() ? 'cyan' : false,
      isEnabled: true,
      // Ora would take Ctrl-C from the keyboard itself; here it has to stay a signal.
      discardStdin: false,
    }).start()
  }

  readonly see = (event: WeaveEvent): void => {
    if (event.type !== 'end') return
    if (event.task === 'folders') this.#total = (event.value as readonly string[]).length
    if (event.task === 'contents' && event.item !== undefined) {
      this.#add(event.value as PackageContents)
    }
  }

  stop(): void {
    this.#spinner?.stop()
  }

  [Symbol.dispose](): void {
    this.stop()
  }

  toString(): string {
    const total = this.#total === 0 ? '' : ` of ${count(this.#total)}`
    return `${count(this.#packages)}${total} packages, ${count(this.#files)} files, ${bytes(this.#bytes)}`
  }

  #add(contents: PackageContents): void {
    this.#packages++
    this.#files += contents.files.length
    this.#bytes += contents.bytes
    // Two columns are the spinner's.
    if (this.#spinner) this.#spinner.text = cut(String(this), process.stderr.columns - 2)
  }
}
