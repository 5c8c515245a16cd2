import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { decode } from 'fast-png'
import { describe, expect, it, onTestFinished } from 'vitest'

const program = fileURLToPath(new URL('../dist/mandelbrot.js', import.meta.url))
const run = (...args: string[]) => promisify(execFile)(process.execPath, [program, ...args])

async function draw(...args: string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'conc-mandelbrot-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const out = join(folder, 'picture.png')
  const { stdout } = await run('--out', out, ...args)
  return { stdout, picture: decode(await readFile(out)) }
}

describe('mandelbrot', () => {
  it('draws the set from tiles of several workers, each point in its place', async () => {
    const whole = ['--at=-0.75,0,3.6', '--depth', '300', '--width', '200']
    const { stdout, picture } = await draw(...whole, '--workers', '2')
    expect(stdout).toMatch(/200 x 134 in 12 tiles\ntiles by worker: \d+, \d+\n$/)
    const { width, height, channels, data } = picture
    expect({ width, height, channels }).toEqual({ width: 200, height: 134, channels: 3 })
    const isBlack = (x: number, y: number): boolean =>
      [0, 1, 2].every((channel) => data[(y * width + x) * 3 + channel] === 0)
    // The middles of the heart and of the disc are inside, the corners are not.
    expect([isBlack(133, 67), isBlack(86, 67)]).toEqual([true, true])
    expect([isBlack(0, 0), isBlack(199, 133)]).toEqual([false, false])
    // It is the same above and below its middle line.
    for (let x = 0; x < width; x += 7) expect(isBlack(x, 47)).toBe(isBlack(x, 87))
    const alone = await draw(...whole, '--workers', '1')
    expect(Buffer.compare(Buffer.from(alone.picture.data), Buffer.from(data))).toBe(0)
  })

  it('says what it cannot draw', async () => {
    await expect(run('--at', 'there')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        "Expected --at to be three numbers, the last one above 0, got 'there'.",
      ),
    })
    await expect(run('--workers', '0')).rejects.toMatchObject({ code: 2 })
  })
})
