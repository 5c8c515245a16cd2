import { fileURLToPath, pathToFileURL } from 'node:url'
import { InvalidOptionError } from '../../errors/conc-error.js'

/**
 * The file that called `callee`, as a URL that can be imported: `file:` or `data:`.
 * `undefined` for code without a file of its own (REPL, `-e`, stdin, eval).
 */
export function callerModule(callee: (...args: never[]) => unknown): string | undefined {
  const file = topFrameFile(callee)
  // Node names what comes by `-e` or stdin as if it were a file of the working directory.
  if (file === undefined || /\/\[(eval|stdin)\d*\]$/.test(file)) return undefined
  if (/^(file|data):/.test(file)) return file
  return /^(\/|[A-Za-z]:[\\/]|\\\\)/.test(file) ? pathToFileURL(file).href : undefined
}

/** Path or URL given by the user, as a URL: absolute paths and `file:` URLs. */
export function moduleUrl(module: string | URL): string {
  if (!(module instanceof URL) && (typeof module !== 'string' || module === '')) {
    throw new InvalidOptionError('module', 'a URL or an absolute path', module)
  }
  const text = String(module)
  if (/^[a-z][a-z+.-]+:/i.test(text) && !/^[A-Za-z]:[\\/]/.test(text)) {
    return text.startsWith('file:') ? pathToFileURL(fileURLToPath(text)).href : text
  }
  return pathToFileURL(text).href
}

function topFrameFile(callee: (...args: never[]) => unknown): string | undefined {
  const { prepareStackTrace, stackTraceLimit } = Error
  try {
    // Structured frames, not text: source maps rewrite the text, and workers need the file that really runs.
    Error.prepareStackTrace = (_error, frames) => frames
    Error.stackTraceLimit = 1
    const holder: { stack?: NodeJS.CallSite[] } = {}
    Error.captureStackTrace(holder, callee)
    const frame = holder.stack?.[0]
    if (frame === undefined || frame.isEval()) return undefined
    return frame.getFileName() ?? undefined
  } finally {
    Error.prepareStackTrace = prepareStackTrace
    Error.stackTraceLimit = stackTraceLimit
  }
}
