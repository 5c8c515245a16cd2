/** A compiled module of this folder: threads cannot run the TypeScript that tests import. */
export function builtFile(name: string): URL {
  return new URL(name, import.meta.url.replace(/\/src\/threads\/[^/]*$/, '/dist/threads/'))
}
