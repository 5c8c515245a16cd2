/** A library's way to run `work` on each item, so many at a time, as its README shows it. */
export interface MapPeer {
  readonly name: string
  load(limit: number): Promise<MapItems>
}

type MapItems = <O>(
  items: readonly number[],
  work: (item: number) => Promise<O>,
) => Promise<readonly unknown[]>

/** Those that take an array. */
export const mapPeers: readonly MapPeer[] = [
  {
    name: 'p-map',
    load: async (limit) => {
      const { default: pMap } = await import('p-map')
      return (items, work) => pMap(items, work, { concurrency: limit })
    },
  },
  {
    name: 'p-limit',
    load: async (limit) => {
      const { default: pLimit } = await import('p-limit')
      return (items, work) => pLimit(limit).map(items, work)
    },
  },
  {
    name: 'p-queue',
    load: async (limit) => {
      const { default: PQueue } = await import('p-queue')
      return (items, work) => {
        return new PQueue({ concurrency: limit }).addAll(items.map((n) => () => work(n)))
      }
    },
  },
  {
    name: 'fastq.promise',
    load: async (limit) => {
      const { default: fastq } = await import('fastq')
      return (items, work) => {
        const queue = fastq.promise<unknown, number, unknown>(work, limit)
        return Promise.all(items.map((n) => queue.push(n)))
      }
    },
  },
  {
    name: 'async.mapLimit',
    load: async (limit) => {
      const { default: async } = await import('async')
      return (items, work) => async.mapLimit<number, unknown>(items as number[], limit, work)
    },
  },
]
