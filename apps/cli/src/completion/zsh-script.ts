import { poolNames } from './bash-script.js'
import type { CompletedOption, Words } from './word-table.js'

/** An autoloaded function: put it into a folder of `fpath` as `_conc`. */
export function zshScript(table: readonly Words[]): string {
  return `#compdef conc
# completion of conc for zsh
_conc() {
  local place="" word
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$place $word" in
${table
  .filter(({ path }) => path !== '')
  .map(({ path }) => `      ${quoted(spaced(path))}) place=${quoted(path)} ;;`)
  .join('\n')}
    esac
  done
  case "$place:\${words[CURRENT-1]}" in
${table.flatMap(valueCases).join('\n')}
  esac
  local -a offered
  case "$place" in
${table.map(wordCase).join('\n')}
  esac
}
if [ "$funcstack[1]" = "_conc" ]; then _conc "$@"; else compdef _conc conc; fi
`
}

function spaced(path: string): string {
  const at = path.lastIndexOf(' ')
  return at === -1 ? ` ${path}` : path
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

function described(entries: readonly (readonly [string, string])[]): string {
  return entries
    .map(([word, summary]) => quoted(`${word}:${summary.replaceAll(':', '\\:')}`))
    .join(' ')
}

function valueCases({ path, options }: Words): string[] {
  return options
    .filter(({ takesValue }) => takesValue)
    .map((option) => {
      const flags = [option.long, ...(option.short ? [`-${option.short}`] : [])]
      const pattern = flags.map((flag) => quoted(`${path}:${flag}`)).join('|')
      return `    ${pattern}) ${valueReply(option)}; return ;;`
    })
}

function valueReply({ completes, summary }: CompletedOption): string {
  if (completes === 'file') return '_files'
  if (completes === 'pool') return `compadd -- \${(f)"$(${poolNames})"}`
  if (completes === undefined) return `_message ${quoted(summary)}`
  return `compadd -- ${completes.map(quoted).join(' ')}`
}

function wordCase({ path, next, options, takesFiles }: Words): string {
  const flags = options.map(({ long, summary }) => [long, summary] as const)
  const rest =
    next.length > 0
      ? `offered=(${described(next)}); _describe command offered`
      : takesFiles
        ? '_files'
        : '_message argument'
  return `    ${quoted(path)}) if [[ \${words[CURRENT]} == -* ]]; then offered=(${described(flags)}); _describe option offered; else ${rest}; fi ;;`
}
