/** A time span as people read it: `<0.1 ms`, `0.4 ms`, `132 ms`, `4.2 s`, `3 min 12 s`. */
export function durationText(ms: number): string {
  if (ms > 0 && ms < 0.05) return '<0.1 ms'
  if (ms < 9.95) return `${trimmed(ms, 1)} ms`
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 9995) return `${trimmed(ms / 1000, 2)} s`
  if (ms < 59_950) return `${trimmed(ms / 1000, 1)} s`
  const seconds = Math.round(ms / 1000)
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

function trimmed(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)))
}
