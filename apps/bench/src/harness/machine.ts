import { cpus, release, totalmem, type } from 'node:os'

/** Where the figures come from. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryBytes: number
  readonly os: string
  readonly arch: string
  readonly node: string
  readonly v8: string
}

export function thisMachine(): Machine {
  const cores = cpus()
  return {
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    memoryBytes: totalmem(),
    os: `${type()} ${release()}`,
    arch: process.arch,
    node: process.versions.node,
    v8: process.versions.v8,
  }
}

export function machineLine({ cpu, cores, memoryBytes, os, arch, node }: Machine): string {
  const memory = (memoryBytes / 2 ** 30).toFixed(1)
  return `${cpu}, ${cores} cores, ${memory} GiB, ${os} ${arch}, Node ${node}`
}
