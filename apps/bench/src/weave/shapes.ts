/** A graph as every contestant gets it: names and needs, known before the clock starts. */
export interface Shape {
  readonly name: string
  readonly title: string
  readonly nodes: readonly ShapeNode[]
}

export interface ShapeNode {
  readonly name: string
  readonly needs: readonly string[]
  /** The longest way to it, itself included: the value its body must give. */
  readonly depth: number
}

/** No node needs another. */
export function wide(count: number): Shape {
  const nodes = Array.from({ length: count }, (_, i) => ({ name: `n${i}`, needs: [], depth: 1 }))
  return { name: 'wide', title: `${count} independent nodes`, nodes }
}

/** Each node needs the one before. */
export function deep(count: number): Shape {
  const nodes = Array.from({ length: count }, (_, i) => ({
    name: `n${i}`,
    needs: i === 0 ? [] : [`n${i - 1}`],
    depth: i + 1,
  }))
  return { name: 'deep', title: `${count} nodes in one chain`, nodes }
}

/**
 * Two sides that need one top, and a bottom that needs both and is the next top: three nodes a diamond and the first
 * top, so `count` is rounded to a multiple of three plus one.
 */
export function diamonds(count: number): Shape {
  const nodes: ShapeNode[] = [{ name: 'top0', needs: [], depth: 1 }]
  const chained = Math.max(1, Math.round((count - 1) / 3))
  for (let i = 0; i < chained; i++) {
    const depth = 2 * i + 1
    const top = [`top${i}`]
    nodes.push({ name: `left${i}`, needs: top, depth: depth + 1 })
    nodes.push({ name: `right${i}`, needs: top, depth: depth + 1 })
    nodes.push({ name: `top${i + 1}`, needs: [`left${i}`, `right${i}`], depth: depth + 2 })
  }
  return { name: 'diamonds', title: `${chained} chained diamonds, ${nodes.length} nodes`, nodes }
}

/** @throws {Error} a node has another value than its depth. */
export function checkDepths(shape: Shape, record: GraphRecord): void {
  for (const { name, depth } of shape.nodes) {
    if (record[name] !== depth) {
      throw new Error(`Expected ${name} to be ${depth}, got ${String(record[name])}.`)
    }
  }
}

/** What a run of a graph gives: values by name. */
export type GraphRecord = Readonly<Record<string, unknown>>
