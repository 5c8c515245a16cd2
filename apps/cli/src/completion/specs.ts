import type { CommandSpec } from '../program/command-spec.js'

const shells = ['bash', 'zsh', 'fish'] as const

export const completionSpecs: readonly CommandSpec[] = [
  {
    path: 'completion',
    takes: '<bash|zsh|fish>',
    summary: 'Print the completion script of a shell.',
    stdout: 'the script',
    options: [],
    example: 'conc completion fish > ~/.config/fish/completions/conc.fish',
    completes: shells,
    load: () => import('./completion-command.js'),
  },
]
