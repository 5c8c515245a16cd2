import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Pair {
  readonly cert: string
  readonly key: string
}

/** Whether this machine can make certificates. */
export const hasOpenssl: boolean = works(['version'])

/** An authority of its own, and certificates that it has signed. Made anew for each run: none of them is a secret. */
export class Authority implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'conc-ca-'))
  readonly cert: string

  constructor() {
    this.#openssl(
      `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=ca -keyout ca.key -out ca.pem`,
    )
    this.cert = this.#read('ca.pem')
  }

  /** @param names as they stand in the certificate: `DNS:localhost`. */
  sign(names: string): Pair {
    this.#openssl(
      `req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=one -keyout one.key -out one.csr`,
    )
    writeFileSync(join(this.#folder, 'one.ext'), `subjectAltName=${names}\n`)
    this.#openssl(
      `x509 -req -in one.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 1 -extfile one.ext -out one.pem`,
    )
    return { cert: this.#read('one.pem'), key: this.#read('one.key') }
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true })
  }

  #openssl(line: string): void {
    execFileSync('openssl', line.split(' '), { cwd: this.#folder, stdio: 'pipe' })
  }

  #read(name: string): string {
    return readFileSync(join(this.#folder, name), 'utf8')
  }
}

function works(args: string[]): boolean {
  try {
    execFileSync('openssl', args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
