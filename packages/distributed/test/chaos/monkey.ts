import { setTimeout } from 'node:timers/promises'

/** One thing to do to the processes; resolves when it is done, repairs included. */
export type Trick = () => Promise<void>

/** A seed gives one sequence of numbers from 0 to 1. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** Does one trick after the other, without waiting for their repairs, until the time is over. */
export async function wreck(
  tricks: Readonly<Record<string, Trick>>,
  random: () => number,
  forMs: number,
): Promise<Readonly<Record<string, number>>> {
  const names = Object.keys(tricks)
  const done: Record<string, number> = {}
  const repairs = new Set<Promise<void>>()
  const endsAt = performance.now() + forMs
  while (performance.now() < endsAt) {
    const name = names[Math.floor(random() * names.length)] as string
    done[name] = (done[name] ?? 0) + 1
    const repair = (tricks[name] as Trick)()
    repairs.add(repair)
    void repair.finally(() => repairs.delete(repair)).catch(() => {})
    await setTimeout(50 + random() * 200)
  }
  await Promise.all(repairs)
  return done
}
