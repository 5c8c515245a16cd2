/** Stands for an item where there is none, as any value may be one. */
export const nothing: unique symbol = Symbol('nothing')
export type Nothing = typeof nothing
