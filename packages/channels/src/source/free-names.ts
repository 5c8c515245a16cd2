/** A node of the tree that acorn makes; only what is looked at here. */
export interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

/** What a function uses that it does not bring along. */
export interface Uses {
  readonly free: ReadonlySet<string>
  /** Words that mean something only where the function was written. */
  readonly context: ReadonlySet<string>
  /** Where `import(…)` begins. */
  readonly imports: readonly number[]
}

export function usesOf(root: Node): Uses {
  const walk = new Walk()
  walk.visit(root, undefined, { hasThis: false, inClass: false })
  return walk
}

interface Scope {
  readonly names: Set<string>
  readonly parent: Scope | undefined
}

interface Place {
  /** A function that is no arrow is around. */
  readonly hasThis: boolean
  readonly inClass: boolean
}

class Walk implements Uses {
  readonly free = new Set<string>()
  readonly context = new Set<string>()
  readonly imports: number[] = []

  visit(node: Node, scope: Scope | undefined, place: Place): void {
    switch (node.type) {
      case 'Identifier':
        this.#identifier(node.name as string, scope, place)
        return
      case 'ThisExpression':
        if (!place.hasThis) this.context.add('this')
        return
      case 'Super':
        if (!place.inClass) this.context.add('super')
        return
      case 'PrivateIdentifier':
        if (!place.inClass) this.context.add(`#${node.name}`)
        return
      case 'MetaProperty':
        this.#meta(node, place)
        return
      case 'ImportExpression':
        this.imports.push(node.start)
    }
    const inside = this.#placeIn(node, place)
    const names = namesBoundBy(node)
    const inner = names.size > 0 ? { names, parent: scope } : scope
    for (const child of childrenOf(node)) this.visit(child, inner, inside)
  }

  #identifier(name: string, scope: Scope | undefined, place: Place): void {
    for (let at = scope; at !== undefined; at = at.parent) if (at.names.has(name)) return
    if (name !== 'arguments') this.free.add(name)
    else if (!place.hasThis) this.context.add('arguments')
  }

  #meta(node: Node, place: Place): void {
    const word = (node.meta as Node).name
    if (word === 'import') this.context.add('import.meta')
    else if (!place.hasThis) this.context.add('new.target')
  }

  #placeIn(node: Node, place: Place): Place {
    if (isClass(node)) return { hasThis: true, inClass: true }
    if (isFunction(node) && node.type !== 'ArrowFunctionExpression') {
      return { ...place, hasThis: true }
    }
    return place
  }
}

/** Names that hold inside of this node. */
function namesBoundBy(node: Node): Set<string> {
  const names = new Set<string>()
  if (isFunction(node)) {
    for (const parameter of node.params as Node[]) addPattern(parameter, names)
    addVariables(node.body as Node, names)
  }
  if (isFunction(node) || isClass(node)) addPattern(node.id as Node | null, names)
  if (node.type === 'CatchClause') addPattern(node.param as Node | null, names)
  for (const child of childrenOf(node)) addDeclaration(child, names)
  if (node.type === 'SwitchStatement') {
    for (const one of node.cases as Node[]) {
      for (const child of childrenOf(one)) addDeclaration(child, names)
    }
  }
  return names
}

function addDeclaration(node: Node, names: Set<string>): void {
  if (node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration') {
    addPattern(node.id as Node, names)
  } else if (node.type === 'VariableDeclaration') {
    for (const one of node.declarations as Node[]) addPattern(one.id as Node, names)
  }
}

/** `var` reaches out of its block to the function. */
function addVariables(node: Node, names: Set<string>): void {
  if (isFunction(node) || isClass(node)) return
  if (node.type === 'VariableDeclaration' && node.kind === 'var') addDeclaration(node, names)
  for (const child of childrenOf(node)) addVariables(child, names)
}

function addPattern(node: Node | null, names: Set<string>): void {
  if (node === null) return
  if (node.type === 'Identifier') names.add(node.name as string)
  else if (node.type === 'AssignmentPattern') addPattern(node.left as Node, names)
  else if (node.type === 'RestElement') addPattern(node.argument as Node, names)
  else if (node.type === 'ArrayPattern') {
    for (const element of node.elements as (Node | null)[]) addPattern(element, names)
  } else if (node.type === 'ObjectPattern') {
    for (const property of node.properties as Node[]) {
      addPattern(property.type === 'Property' ? (property.value as Node) : property, names)
    }
  }
}

/** Without the identifiers that are no names of values: properties, keys and labels. */
function childrenOf(node: Node): Node[] {
  const skipped = skippedKey(node)
  const children: Node[] = []
  for (const [key, value] of Object.entries(node)) {
    if (key === skipped) continue
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child?.type === 'string') children.push(child as Node)
    }
  }
  return children
}

function skippedKey({ type, computed }: Node): string | undefined {
  if (type === 'MemberExpression') return computed ? undefined : 'property'
  if (type === 'Property' || type === 'MethodDefinition' || type === 'PropertyDefinition') {
    return computed ? undefined : 'key'
  }
  const isLabel = ['LabeledStatement', 'BreakStatement', 'ContinueStatement'].includes(type)
  return isLabel ? 'label' : undefined
}

function isFunction({ type }: Node): boolean {
  return /Function(Expression|Declaration)$/.test(type)
}

function isClass({ type }: Node): boolean {
  return type === 'ClassExpression' || type === 'ClassDeclaration'
}
