import type { CompletedOption, Words } from './word-table.js'

/** Sets `COMPREPLY` of what may stand at the cursor. */
export function bashScript(table: readonly Words[]): string {
  return `# completion of conc for bash
_conc() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" path="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path $word" in
${table
  .filter(({ path }) => path !== '')
  .map(({ path }) => `      ${quoted(withSpace(path))}) path=${quoted(path)} ;;`)
  .join('\n')}
    esac
  done
  case "$path:$prev" in
${table.flatMap(valueCases).join('\n')}
  esac
  case "$path" in
${table.map(wordCase).join('\n')}
  esac
}
complete -o default -F _conc conc
`
}

/** The path so far, a space, the next word. */
function withSpace(path: string): string {
  const words = path.split(' ')
  const last = words.pop()
  return `${words.join(' ')} ${last}`
}

function quoted(text: string): string {
  return `'${text}'`
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

function valueReply({ completes }: CompletedOption): string {
  if (completes === 'file') return 'COMPREPLY=($(compgen -f -- "$cur"))'
  if (completes === 'pool') return `COMPREPLY=($(compgen -W "$(${poolNames})" -- "$cur"))`
  if (completes === undefined) return 'COMPREPLY=()'
  return `COMPREPLY=($(compgen -W ${quoted(completes.join(' '))} -- "$cur"))`
}

/** Names of running pools, one a line. */
export const poolNames: string = `conc pool ls 2>/dev/null | awk 'NR > 1 { print $1 }'`

function wordCase({ path, next, options, takesFiles }: Words): string {
  const flags = options.map(({ long }) => long).join(' ')
  const words = next.map(([word]) => word).join(' ')
  const offered = words === '' ? '' : `COMPREPLY=($(compgen -W ${quoted(words)} -- "$cur"))`
  const rest = offered || (takesFiles ? 'COMPREPLY=($(compgen -f -- "$cur"))' : 'COMPREPLY=()')
  return `    ${quoted(path)}) if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W ${quoted(flags)} -- "$cur")); else ${rest}; fi ;;`
}
