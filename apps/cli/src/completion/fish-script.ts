import { poolNames } from './bash-script.js'
import type { CompletedOption, Words } from './word-table.js'

/** A line per word and option, each with the words that have to stand before. */
export function fishScript(table: readonly Words[]): string {
  return `# completion of conc for fish
function __conc_at
    set -l path ''
    for word in (commandline -opc)[2..]
        switch "$path $word"
            case ${table
              .filter(({ path }) => path !== '')
              .map(({ path }) => quoted(path.includes(' ') ? path : ` ${path}`))
              .join(' ')}
                set path (string trim "$path $word")
        end
    end
    test "$path" = "$argv[1]"
end
complete -c conc -f
${table.flatMap(linesOf).join('\n')}
`
}

function linesOf({ path, next, options, takesFiles }: Words): string[] {
  const at = `complete -c conc -n ${quoted(`__conc_at ${quotedInside(path)}`)}`
  return [
    ...next.map(([word, summary]) => `${at} -a ${quoted(word)} -d ${quoted(summary)}`),
    ...options.map((option) => `${at} ${optionWords(option)}`),
    ...(takesFiles ? [`${at} -F`] : []),
  ]
}

function optionWords({ short, long, summary, takesValue, completes }: CompletedOption): string {
  return [
    ...(short ? [`-s ${short}`] : []),
    `-l ${long.slice(2)}`,
    ...(takesValue ? [completes === 'file' ? '-r -F' : '-x'] : []),
    ...(completes === 'pool' ? [`-a ${quoted(`(${poolNames})`)}`] : []),
    ...(Array.isArray(completes) ? [`-a ${quoted(completes.join(' '))}`] : []),
    `-d ${quoted(summary)}`,
  ].join(' ')
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

/** Within single quotes. */
function quotedInside(text: string): string {
  return `"${text}"`
}
