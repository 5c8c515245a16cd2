const units = [
  { ms: 3_600_000, name: 'h' },
  { ms: 60_000, name: 'm' },
  { ms: 1000, name: 's' },
]

/** A time span for people: `340ms`, `12.3s`, `4m05s`, `2h10m`. */
export function durationText(ms: number): string {
  if (ms < 999.5) return `${ms < 9.95 && !Number.isInteger(ms) ? ms.toFixed(1) : Math.round(ms)}ms`
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)}s`
  const seconds = Math.round(ms / 1000)
  return seconds < 3600
    ? inSixties(seconds, 'm', 's')
    : inSixties(Math.round(seconds / 60), 'h', 'm')
}

function inSixties(count: number, large: string, small: string): string {
  return `${Math.floor(count / 60)}${large}${String(count % 60).padStart(2, '0')}${small}`
}

/** `30s`, `500ms`, `5m`, `1h`, a bare number of milliseconds; `undefined` for anything else. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text)
  if (match === null) return undefined
  const unit = units.find(({ name }) => name === match[2])?.ms ?? 1
  return Number(match[1]) * unit
}

/** Bytes, `64kb`, `16mb`, `1gb`; `undefined` for anything else. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(b|kb|mb|gb)?$/i.exec(text)
  if (match === null) return undefined
  const power = ['b', 'kb', 'mb', 'gb'].indexOf((match[2] ?? 'b').toLowerCase())
  return Math.round(Number(match[1]) * 1024 ** power)
}
