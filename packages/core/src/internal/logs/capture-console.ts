import type { RecordLevel } from './level.js'
import { sayHere } from './log-outlet.js'
import { originHere } from './origin.js'

/** What the methods say that are no matter of the stream which they would write to. */
const levels: { readonly [method: string]: RecordLevel } = {
  debug: 'debug',
  trace: 'debug',
  error: 'error',
}

/** Makes records of what `console` is told from now on, with the task in whose body that happens. */
export function captureConsole(): void {
  let level: RecordLevel | undefined
  const streamFor = (own: RecordLevel): NodeJS.WritableStream => {
    const write = (text: string): boolean => {
      tell(level ?? own, text)
      return true
    }
    return { write } as unknown as NodeJS.WritableStream
  }
  const made = new console.Console({
    stdout: streamFor('info'),
    stderr: streamFor('warn'),
    ignoreErrors: false,
    colorMode: false,
  })
  for (const [method, print] of Object.entries(made)) {
    if (typeof print !== 'function') continue
    const say = (...args: unknown[]): void => {
      level = levels[method]
      try {
        print.apply(made, args)
      } finally {
        level = undefined
      }
    }
    Object.defineProperty(console, method, { value: say, writable: true, configurable: true })
  }
}

function tell(level: RecordLevel, text: string): void {
  const message = text.endsWith('\n') ? text.slice(0, -1) : text
  sayHere({ ...originHere(), ts: Date.now(), level, message, logger: 'console' })
}
