/** The compiled module of that name beside `here`, a module's URL: threads cannot run the TypeScript that tests import. */
export function builtFile(here: string, name: string): URL {
  const folder = here.replace(/[^/]*$/, '')
  const at = folder.lastIndexOf('/src/')
  return new URL(name, at < 0 ? folder : `${folder.slice(0, at)}/dist/${folder.slice(at + 5)}`)
}
