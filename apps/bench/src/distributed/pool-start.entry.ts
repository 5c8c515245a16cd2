import { addTask } from './pool-tasks.js'

/** What one writes by hand: a child process that imports the module, says so, and answers. */
process.on('message', ([one, other]: [number, number]) => {
  void addTask(one, other).then((sum) => process.send?.(sum))
})
process.on('disconnect', () => process.exit())
process.send?.('ready')
