// Starts a detached run with its files in the given folder; then exits, or stays until it is killed.
import { join } from 'node:path'

const [dir, way, then] = process.argv.slice(2)
const { tell, told } = await import('../modules/background.mjs')
const resultFile = join(dir, 'result.json')
const options = { where: 'detached', onDone: tell, resultFile, logFile: join(dir, 'log') }
told.background({ dir, way }, options)
if (then === 'exit') process.exit()
setInterval(() => {}, 1000)
