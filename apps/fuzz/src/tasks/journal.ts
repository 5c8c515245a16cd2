import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'

const variable = 'CONC_FUZZ_JOURNAL'

/** Starts the file that all bodies of this process and of those that it starts write to. */
export function openJournal(file: string): void {
  writeFileSync(file, '')
  process.env[variable] = file
}

/** Said before anything else in a body; it is on disk when this returns, whatever becomes of the process. */
export function noteStart(id: string): void {
  const file = process.env[variable]
  if (file === undefined) throw new Error(`Expected ${variable} to name the journal.`)
  appendFileSync(file, `${id}\n`)
}

/** @returns how often the body of each script was begun. */
export function readJournal(file: string): ReadonlyMap<string, number> {
  const starts = new Map<string, number>()
  for (const id of readFileSync(file, 'utf8').split('\n')) {
    if (id !== '') starts.set(id, (starts.get(id) ?? 0) + 1)
  }
  return starts
}
