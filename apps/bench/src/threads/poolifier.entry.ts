import { ThreadWorker } from 'poolifier'
import { add } from './work.js'

new ThreadWorker<[number, number], number>((data) => {
  const [a, b] = data as [number, number]
  return add(a, b)
})
