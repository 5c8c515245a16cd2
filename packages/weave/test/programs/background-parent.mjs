// The parent of a process that waits until it is told to stop.
const [dir] = process.argv.slice(2)
const { steps } = await import('../modules/background.mjs')

await steps.background({ way: 'cleans up', dir }, { where: 'process' }).done
