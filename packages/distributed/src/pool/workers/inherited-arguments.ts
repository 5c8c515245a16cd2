/** Arguments that say what this process does, not how Node works: a debugger's port, a program given as text, a mode. */
const own =
  /^(-e|--eval|-p|--print|-pe|-c|--check|-i|--interactive|--input-type|--test|--watch|--inspect|--debug-port|--cpu-prof|--heap-prof)([-=].*)?$/

/** Those whose value is an argument of its own. */
const withValue =
  /^(-e|--eval|-p|--print|-pe|--input-type|--inspect-port|--debug-port|--watch-path|--(cpu|heap)-prof-(dir|interval|name))$/

/** What of this process's `execArgv` its workers get: loaders and limits, so that they can import what it can. */
export function inheritedArguments(execArgv: readonly string[]): readonly string[] {
  const kept: string[] = []
  let isValue = false
  for (const argument of execArgv) {
    if (isValue) {
      isValue = false
      continue
    }
    isValue = withValue.test(argument)
    if (!own.test(argument)) kept.push(argument)
  }
  return kept
}
