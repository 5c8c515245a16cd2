import { move } from 'piscina'
import { add as addNumbers, spin as spinCore, stamp as stampBytes } from './work.js'

/** Named exports are what piscina and tinypool call by `name`. */
export const add = ([a, b]: [number, number]): number => addNumbers(a, b)
export const spin = (seed: number): number => spinCore(seed)
export const stamp = (bytes: Uint8Array<ArrayBuffer>): unknown => move(stampBytes(bytes))
