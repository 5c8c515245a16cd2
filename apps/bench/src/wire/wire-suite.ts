import { type Suite, sized } from '../harness/suite.js'
import { oneWay } from './one-way.js'

export const wireSuite: Suite = {
  name: 'wire',
  about: 'values as bytes',
  paths: (size) => {
    const items = sized(size, 10, 1000, 10_000, 10_000)
    const args = { payload: 'args', about: 'three small arguments', items } as const
    const nested = {
      payload: 'nested',
      about: 'an object of 11 objects',
      items: items / 10,
    } as const
    const binary = { payload: 'binary', about: 'a mebibyte of doubles', items: 10 } as const
    return [
      oneWay({ way: 'encode', ...args, timesFloor: 3 }),
      oneWay({ way: 'decode', ...args, timesFloor: 2 }),
      oneWay({ way: 'encode', ...nested, timesFloor: 3 }),
      oneWay({ way: 'decode', ...nested, timesFloor: 2 }),
      oneWay({ way: 'encode', ...binary, timesFloor: 1 }),
      oneWay({ way: 'decode', ...binary, timesFloor: 1.5 }),
    ]
  },
}
