const number = new Intl.NumberFormat('en')
const units = ['B', 'kB', 'MB', 'GB', 'TB']

/** `12,345` */
export function count(value: number): string {
  return number.format(value)
}

/** `1 file`, `12,345 files` */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`
}

/** `512 B`, `12.3 kB`, `97.4 MB`: powers of 1000, as disks are sold. */
export function bytes(value: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(value, 1)) / 3), units.length - 1)
  return `${(value / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`
}

/** `12 ms`, `3.4 s` */
export function duration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}
