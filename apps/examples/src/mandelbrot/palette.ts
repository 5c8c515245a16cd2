type Colour = readonly [red: number, green: number, blue: number]

/** From the edge of the picture inwards, and round again. */
const stops: readonly Colour[] = [
  [0, 7, 100],
  [32, 107, 203],
  [237, 255, 255],
  [255, 170, 0],
  [70, 2, 20],
]

/** The colour of a point that ran away after so many steps; black where it never did. */
export function colourOf(steps: number, depth: number): Colour {
  if (steps >= depth) return [0, 0, 0]
  const place = (Math.sqrt(Math.max(steps, 0)) * 0.45) % stops.length
  const from = stops[Math.floor(place)] as Colour
  const to = stops[(Math.floor(place) + 1) % stops.length] as Colour
  const share = place % 1
  const mixed = from.map((one, index) => one + ((to[index] as number) - one) * share)
  return mixed.map(Math.round) as unknown as Colour
}
