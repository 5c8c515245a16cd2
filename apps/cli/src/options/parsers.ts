import { usageError } from '../program/command-error.js'
import type { OptionParser } from '../program/command-spec.js'
import { parseDuration, parseSize } from '../terminal/units.js'

/** Numbers stand as they are, all else in quotes. */
function shown(text: string): string {
  return text !== '' && Number.isFinite(Number(text)) ? text : `'${text}'`
}

function expects(flag: string, what: string, text: string): Error {
  return usageError(`${flag} expects ${what}, got ${shown(text)}.`)
}

function integer(text: string): number {
  return /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN
}

export const port: OptionParser = (text, flag) => {
  const value = integer(text)
  if (value >= 0 && value <= 65_535) return value
  throw expects(flag, 'an integer from 0 to 65535', text)
}

/** From 0. */
export const count: OptionParser = (text, flag) => {
  const value = integer(text)
  if (value >= 0) return value
  throw expects(flag, 'a whole number from 0', text)
}

/** From 1. */
export const positive: OptionParser = (text, flag) => {
  const value = integer(text)
  if (value >= 1) return value
  throw expects(flag, 'a whole number from 1', text)
}

/** Any. */
export const whole: OptionParser = (text, flag) => {
  const value = integer(text)
  if (!Number.isNaN(value)) return value
  throw expects(flag, 'a whole number', text)
}

const longestMs = 2 ** 31 - 1

/** A time span above 0, in ms. */
export const duration: OptionParser = (text, flag) => {
  const value = parseDuration(text)
  if (value !== undefined && value > 0 && value <= longestMs) return value
  throw expects(flag, 'a time such as 500ms, 30s, 5m or 1h', text)
}

/** Bytes, from 1. */
export const size: OptionParser = (text, flag) => {
  const value = parseSize(text)
  if (value !== undefined && value >= 1) return value
  throw expects(flag, 'a size such as 65536, 64kb or 16mb', text)
}

export const nonEmpty: OptionParser = (text, flag) => {
  if (text !== '') return text
  throw expects(flag, 'a text', text)
}

/** `key=value`, as a pair. */
export const pair: OptionParser = (text, flag): readonly [string, string] => {
  const at = text.indexOf('=')
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
  throw expects(flag, 'key=value', text)
}

export function oneOf(...allowed: readonly string[]): OptionParser {
  return (text, flag) => {
    if (allowed.includes(text)) return text
    throw expects(flag, allowed.join(' or '), text)
  }
}
