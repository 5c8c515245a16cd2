// Leaves runs behind that would never end by themselves.
const { steps } = await import('../modules/background.mjs')

for (const where of ['thread', 'process']) {
  const handle = steps.background({ way: 'waits' }, { where, onDone: () => {} }).unref()
  await new Promise((resolve) => {
    const keep = setInterval(() => {}, 1000)
    handle.started.then(() => {
      clearInterval(keep)
      resolve()
    })
  })
  console.log(where, handle.status, handle.pid ?? '')
}
