interface Ordered {
  readonly order: readonly string[]
  readonly dependencies: Readonly<Record<string, readonly string[]>>
}

/** The tasks so that each comes after all it waits for; as they are, where that is so already. */
export function inOrderOfNeed({ order, dependencies }: Ordered): readonly string[] {
  const isTask = new Set(order)
  const placed = new Set<string>()
  for (const first of order) {
    const path = [first]
    for (let name = path.at(-1); name !== undefined; name = path.at(-1)) {
      const missing = placed.has(name)
        ? undefined
        : dependencies[name]?.find((one) => isTask.has(one) && !placed.has(one))
      if (missing === undefined) placed.add(path.pop() as string)
      else path.push(missing)
    }
  }
  return [...placed]
}
