// Imported first of all: holds a process back until the file is there that `HELD_UNTIL` names.
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

while (!existsSync(process.env.HELD_UNTIL)) await sleep(5)
