import { add as addNumbers } from './work.js'

export const add = ([a, b]: [number, number]): number => addNumbers(a, b)
