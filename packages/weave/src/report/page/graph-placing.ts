import type { GraphNode } from './graph-layers.js'

/** Sizes in px. */
export interface GraphSizes {
  readonly nodeWidth: number
  readonly nodeHeight: number
  readonly layerGap: number
  readonly rowGap: number
  readonly bendHeight: number
  /** Nodes in a column; a larger layer has several columns. */
  readonly mostRows: number
  /** Layers that do not fit into this width go on below, as the words of a text do. */
  readonly bandWidth: number
}

/** A row of layers. */
export interface Band {
  readonly top: number
  readonly height: number
  readonly width: number
  readonly layers: readonly GraphNode[][]
}

const rounds = 10
const bandGap = 28
const tolerated = 1.3

/** Gives every node its place. @returns the bands from top to bottom. */
export function placed(layers: readonly GraphNode[][], sizes: GraphSizes): Band[] {
  for (const layer of layers) stack(layer, sizes)
  for (let round = 0; round < rounds; round++) {
    const inTurn = round % 2 === 0 ? layers : [...layers].reverse()
    for (const layer of inTurn) if (layer.length <= sizes.mostRows) straighten(layer, sizes)
  }
  return bandsOf(layers, sizes)
}

function stack(layer: readonly GraphNode[], sizes: GraphSizes): void {
  const columns = Math.ceil(layer.length / sizes.mostRows)
  const rows = Math.ceil(layer.length / columns)
  let y = 0
  layer.forEach((node, position) => {
    if (position % rows === 0) y = 0
    node.x = Math.floor(position / rows) * (sizes.nodeWidth + sizes.rowGap)
    node.y = y
    y += heightOf(node, sizes) + sizes.rowGap
  })
  const offset = (rows * (sizes.nodeHeight + sizes.rowGap)) / 2
  for (const node of layer) node.y -= offset
}

/**
 * Moves the nodes of a layer as near to their neighbours' means as their order and distances allow: least squares
 * under an order, solved exactly by merging neighbours that would overtake each other.
 */
function straighten(layer: readonly GraphNode[], sizes: GraphSizes): void {
  const offsets: number[] = []
  let offset = 0
  for (const node of layer) {
    offsets.push(offset)
    offset += heightOf(node, sizes) + sizes.rowGap
  }
  const blocks: { mean: number; weight: number; count: number }[] = []
  layer.forEach((node, position) => {
    const weight = node.kind === 'bend' ? 4 : 1
    let block = { mean: wantedY(node, sizes) - (offsets[position] as number), weight, count: 1 }
    for (let last = blocks.at(-1); last && last.mean > block.mean; last = blocks.at(-1)) {
      blocks.pop()
      const both = last.weight + block.weight
      const mean = (last.mean * last.weight + block.mean * block.weight) / both
      block = { mean, weight: both, count: last.count + block.count }
    }
    blocks.push(block)
  })
  let position = 0
  for (const { mean, count } of blocks) {
    for (const end = position + count; position < end; position++) {
      ;(layer[position] as GraphNode).y = mean + (offsets[position] as number)
    }
  }
}

function wantedY(node: GraphNode, sizes: GraphSizes): number {
  const neighbours = [...node.before, ...node.after]
  if (neighbours.length === 0) return node.y
  const middle = neighbours.reduce((sum, one) => sum + middleOf(one, sizes), 0) / neighbours.length
  return middle - heightOf(node, sizes) / 2
}

/** Cuts the strip of layers where it becomes too wide, and puts the pieces below one another. */
function bandsOf(layers: readonly GraphNode[][], sizes: GraphSizes): Band[] {
  const bands: Band[] = []
  const bandWidth = evenBandWidth(layers, sizes)
  let current: GraphNode[][] = []
  let x = 0
  let top = 0
  const close = (): void => {
    if (current.length === 0) return
    const height = settle(current, top, sizes)
    bands.push({ top, height, width: x - sizes.layerGap, layers: current })
    top += height + bandGap
    current = []
    x = 0
  }
  for (const layer of layers) {
    const width = widthOf(layer, sizes)
    if (x > 0 && x + width > bandWidth) close()
    for (const node of layer) node.x += x
    current.push(layer)
    x += width + sizes.layerGap
  }
  close()
  return bands
}

/** As wide as the bands become when all are about as wide. A strip that is only somewhat too wide stays whole. */
function evenBandWidth(layers: readonly GraphNode[][], sizes: GraphSizes): number {
  const total = layers.reduce((sum, layer) => sum + widthOf(layer, sizes) + sizes.layerGap, 0)
  if (total <= sizes.bandWidth * tolerated) return total
  return Math.max(total / Math.ceil(total / sizes.bandWidth), sizes.nodeWidth) + sizes.layerGap
}

/** @returns the height of the band whose layers now begin at `top`. */
function settle(layers: readonly GraphNode[][], top: number, sizes: GraphSizes): number {
  const nodes = layers.flat()
  const highest = nodes.reduce((least, { y }) => Math.min(least, y), Number.POSITIVE_INFINITY)
  let height = 0
  for (const node of nodes) {
    node.y += top - highest
    height = Math.max(height, node.y - top + heightOf(node, sizes))
  }
  return height
}

function widthOf(layer: readonly GraphNode[], { mostRows, nodeWidth, rowGap }: GraphSizes): number {
  const columns = Math.ceil(layer.length / mostRows)
  return columns * nodeWidth + (columns - 1) * rowGap
}

export function middleOf(node: GraphNode, sizes: GraphSizes): number {
  return node.y + heightOf(node, sizes) / 2
}

function heightOf({ kind }: GraphNode, { nodeHeight, bendHeight }: GraphSizes): number {
  return kind === 'bend' ? bendHeight : nodeHeight
}
