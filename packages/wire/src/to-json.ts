import { checkBoolean, checkKeys, checkObject } from '@conc/core/internal'
import { plainJson } from './json/plain-json.js'
import { taggedJson } from './json/tagged-json.js'

/** Options of `toJson`. */
export interface ToJsonOptions {
  /**
   * Say what JSON cannot as `{"$bigint":"1"}`, `{"$date":…}`, `{"$map":[[key, value], …]}`, `{"$set":[…]}`,
   * `{"$bytes":"base64"}`, `{"$number":"NaN"}`, `{"$undefined":true}`, `{"$error":{…}}`. To be shown, not to be read
   * back: objects with such keys look the same. Default false.
   */
  readonly tagged?: boolean
}

/**
 * A value as JSON, where `JSON.parse` gives an equal one; `undefined` where it would not.
 *
 * @param options.tagged for people: all that travels has a text then, `undefined` alone excepted.
 * @example
 * toJson({ list: [1, 'a'] }) // '{"list":[1,"a"]}'
 * toJson(10n) // undefined
 * toJson(10n, { tagged: true }) // '{"$bigint":"10"}'
 */
export function toJson(value: unknown, options: ToJsonOptions = {}): string | undefined {
  checkObject('options', options)
  checkKeys('options', options, ['tagged'])
  checkBoolean('tagged', options.tagged)
  return options.tagged ? taggedJson(value) : plainJson(value)
}
