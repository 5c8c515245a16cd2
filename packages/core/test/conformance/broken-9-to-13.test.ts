import { describeBroken } from './find-out.js'

describeBroken([9, 10, 11, 12, 13])
