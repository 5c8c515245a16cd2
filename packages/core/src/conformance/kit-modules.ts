/** The modules with the kit's tasks, as URLs. */
export const kitModules: readonly string[] = [
  './tasks.js',
  './context-tasks.js',
  './stream-tasks.js',
].map((file) => new URL(file, import.meta.url).href)
