// The file that piscina is given. It is CommonJS because piscina tries `require` first, and on Node 20 a thread that is
// terminated while it requires an ES module takes the whole process down ("IsGraphAsync must be used on an instantiated
// module"). An `import()` survives that.
module.exports = async (boot: unknown): Promise<unknown> => {
  const { serve } = await import('./thread.entry.js')
  return await serve(boot as never)
}
