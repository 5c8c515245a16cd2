import workerpool from 'workerpool'
import { add } from './work.js'

workerpool.worker({ add })
