import { spawn, spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'

/** How Python is asked to do it: one future a call, or one list for all, sent in four chunks or one by one. */
export type PythonWay = 'submit' | 'starmap' | 'starmap, a chunk a call'

const starmap = (chunk: string): string => `
import sys
from multiprocessing import Pool
def add(a, b): return a + b
if __name__ == '__main__':
    with Pool(1) as pool:
        for line in sys.stdin:
            count, outstanding = map(int, line.split())
            total = 0
            for begin in range(0, count, outstanding):
                size = min(outstanding, count - begin)
                total += sum(pool.starmap(add, [(1, 1)] * size${chunk}))
            print(total, flush=True)
`

const programs: Readonly<Record<PythonWay, string>> = {
  submit: `
import sys
from concurrent.futures import ProcessPoolExecutor
def add(a, b): return a + b
if __name__ == '__main__':
    with ProcessPoolExecutor(1) as pool:
        for line in sys.stdin:
            count, outstanding = map(int, line.split())
            total = 0
            for begin in range(0, count, outstanding):
                size = min(outstanding, count - begin)
                futures = [pool.submit(add, 1, 1) for _ in range(size)]
                total += sum(future.result() for future in futures)
            print(total, flush=True)
`,
  starmap: starmap(''),
  'starmap, a chunk a call': starmap(', chunksize=1'),
}

/** Whether there is a Python to compare with. */
export function hasPython(): boolean {
  return spawnSync('python3', ['-c', 'import concurrent.futures']).status === 0
}

/** Python with a pool of one process. @returns what makes so many calls there; it gives the sum of their results. */
export function pythonPool(
  way: PythonWay,
): (count: number, outstanding: number) => Promise<number> {
  const python = spawn('python3', ['-c', programs[way]], { stdio: ['pipe', 'pipe', 'inherit'] })
  process.once('exit', () => python.kill())
  python.unref()
  const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]()
  return async (count, outstanding) => {
    python.stdin.write(`${count} ${outstanding}\n`)
    return Number((await lines.next()).value)
  }
}
