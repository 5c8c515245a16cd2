import { afterAll } from 'vitest'
import { leftTimers } from './broken/of-settlement.js'
import { describeBroken } from './find-out.js'

afterAll(() => {
  for (const timer of leftTimers) clearTimeout(timer)
})

describeBroken([1, 2, 3])
