import type { Task } from '@conc/core'

export const step: Task<[name: string, turns: number, fails: boolean], Promise<string>>
