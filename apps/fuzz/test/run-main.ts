import { execFile, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url))

/** By which a round looks for processes that were left behind; small images have none. */
export const hasPs: boolean = spawnSync('ps').error === undefined

export interface Ended {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs the built program, as rounds are processes of their own and run what was built. */
export function runMain(...words: string[]): Promise<Ended> {
  const env = { ...process.env, REDIS_URL: undefined }
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...words], { env }, (error, stdout, stderr) => {
      resolve({ exitCode: Number(error?.code ?? 0), stdout, stderr })
    })
  })
}
