/** Three services asked at once, and one more per post. `node dist/weave/aggregator.js 7` */
import { setTimeout as sleep } from 'node:timers/promises'
import { main } from '@conc/core'
import { weave } from '@conc/weave'

const profile = async (userId: number) => {
  await sleep(30)
  return { userId, name: `user ${userId}` }
}
const posts = async (userId: number) => {
  await sleep(20)
  return [1, 2, 3].map((n) => ({ id: userId * 10 + n, title: `post ${n}` }))
}
const unread = async (userId: number) => {
  await sleep(10)
  return userId % 5
}
const comments = async (postId: number) => {
  await sleep(5)
  return postId % 4
}

export const overview = weave()
  .input<{ userId: number }>()
  .do({
    profile: ({ userId }) => profile(userId),
    posts: ({ userId }) => posts(userId),
    unread: ({ userId }) => unread(userId),
  })
  .each(
    'commented',
    'posts',
    { workers: 2 },
    async ({ id, title }) => `${title} (${await comments(id)})`,
  )
  .do('line', ({ profile, commented, unread }) => {
    return `${profile.name}: ${commented.join(', ')}; ${unread} unread`
  })

main(import.meta, async () => {
  const { line } = await overview.run({ userId: Number(process.argv[2] ?? 7) })
  console.log(line)
})
