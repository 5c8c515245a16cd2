// Failures that somebody is told of, and one that nobody is.
const { steps } = await import('../modules/background.mjs')

process.on('warning', (warning) => console.log(warning.name, warning.code, warning.message))
steps.background({ way: 'throws', unread: true })
steps.background({ way: 'throws' }, { onDone: () => {} })
steps.background({ way: 'throws' }).done.catch(() => {})
steps.background({ way: 'returns' })
