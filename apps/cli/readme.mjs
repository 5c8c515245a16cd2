// Writes the tables of commands and options into README.md, between its two marks.
import { readFileSync, writeFileSync } from 'node:fs'
import { commandTable } from './dist/program/command-table.js'
import { readmeTables } from './dist/program/readme-tables.js'

const path = new URL('./README.md', import.meta.url)
const marks = ['<!-- commands -->', '<!-- end of commands -->']
const text = readFileSync(path, 'utf8')
const [before, rest] = text.split(marks[0])
const [, after] = rest.split(marks[1])
writeFileSync(path, `${before}${marks[0]}\n\n${readmeTables(commandTable)}\n\n${marks[1]}${after}`)
