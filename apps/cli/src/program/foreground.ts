import { isatty } from 'node:tty'
import type { Load } from '@conc/core'
import type { Terminal } from '../terminal/terminal.js'
import { durationText } from '../terminal/units.js'
import { exitCode, exitCodeOf } from './exit-code.js'

/** What runs in the foreground until a signal, or somebody else, ends it. */
export interface Service {
  readonly load: Load
  /** Finishes accepted work, and ends. */
  drain(): void
  /** Cancels what runs, and ends. */
  cancel(): void
  /** Reads keys and certificates again. */
  reload(): void
}

export interface ForegroundSettings {
  readonly terminal: Terminal
  readonly shutdownTimeoutMs: number
}

const ending = ['SIGINT', 'SIGTERM'] as const

/** How signals end a service: the first one drains for a while, the second cancels, the third kills. */
export class Foreground {
  readonly #service: Service
  readonly #settings: ForegroundSettings
  /** Asked at once: later the terminal may have gone. */
  readonly #isAtTerminal = isatty(0)
  #stage: 'up' | 'draining' | 'cancelling' = 'up'
  #exitCode: number = exitCode.done

  constructor(service: Service, settings: ForegroundSettings) {
    this.#service = service
    this.#settings = settings
    for (const signal of ending) process.on(signal, () => this.#asked(signal))
    process.on('SIGQUIT', () => process.exit(exitCode.sigquit))
    process.on('SIGHUP', () => this.#hungUp())
  }

  /** The exit status, so far. */
  get exitCode(): number {
    return this.#exitCode
  }

  /** Whether a signal came. */
  get isEnding(): boolean {
    return this.#stage !== 'up'
  }

  #asked(signal: 'SIGINT' | 'SIGTERM'): void {
    if (this.#stage === 'up') this.#drain(signal)
    else if (this.#stage === 'draining') this.#askedAgain(signal)
    else process.exit(exitCodeOf(signal))
  }

  #drain(signal: 'SIGINT' | 'SIGTERM'): void {
    this.#stage = 'draining'
    const { terminal, shutdownTimeoutMs } = this.#settings
    terminal.note(`draining: ${this.#workLeft()}; again to cancel`, 'error')
    setTimeout(() => this.#outOfTime(signal), shutdownTimeoutMs)
    this.#service.drain()
  }

  #askedAgain(signal: 'SIGINT' | 'SIGTERM'): void {
    this.#settings.terminal.note(`cancelling: ${this.#workLeft()}; again to kill`, 'error')
    this.#cancel(signal)
  }

  /** As the second signal does it: this was no drain to the end, and the exit status says so. */
  #outOfTime(signal: 'SIGINT' | 'SIGTERM'): void {
    if (this.#stage !== 'draining') return
    const { terminal, shutdownTimeoutMs } = this.#settings
    const time = durationText(shutdownTimeoutMs)
    terminal.note(`not drained within ${time}: ${this.#workLeft()}, cancelled now`, 'error')
    this.#cancel(signal)
  }

  #workLeft(): string {
    const { running, waiting } = this.#service.load
    return `${running} running, ${waiting} waiting`
  }

  #cancel(signal: 'SIGINT' | 'SIGTERM'): void {
    this.#stage = 'cancelling'
    this.#exitCode = exitCodeOf(signal)
    this.#service.cancel()
  }

  /** A terminal that has gone takes its service along; elsewhere it is the wish to read files again. */
  #hungUp(): void {
    if (this.#isAtTerminal) this.#asked('SIGTERM')
    else this.#service.reload()
  }
}
