/** The modules with the kit's tasks, as URLs. */
export const kitModules: readonly string[] = [
  new URL('./tasks.js', import.meta.url).href,
  new URL('./context-tasks.js', import.meta.url).href,
  new URL('./stream-tasks.js', import.meta.url).href,
  new URL('./failure-tasks.js', import.meta.url).href,
]
