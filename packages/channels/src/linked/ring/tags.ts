/** What stands in the ring before each value. */
export const tag = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  /** 4 bytes. */
  int32: 4,
  /** 8 bytes. */
  double: 5,
  /** 8 bytes; larger ones do not go through the ring. */
  bigint: 6,
  /** Length in 2 bytes, then a byte per character. */
  latin1: 7,
  /** Length in 2 bytes, then two bytes per character. */
  utf16: 8,
  /** Length in 2 bytes, then the items. */
  array: 9,
  /** Number of the shape in a byte, then the values in its order. */
  object: 10,
} as const
