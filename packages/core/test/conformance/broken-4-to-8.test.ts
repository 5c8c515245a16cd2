import { describeBroken } from './find-out.js'

describeBroken([4, 5, 6, 7, 8])
