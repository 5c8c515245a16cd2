import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { Challenges } from '../security/challenges.js'
import { handshakeHeader, nonceBytes } from '../security/handshake-headers.js'
import type { ProofKeys } from '../security/keys.js'
import { bindingOf, clientProof, isSameProof, type Transcript } from '../security/proofs.js'

/** What a client has shown to know, to be answered with the server's own proof. */
export interface Proven {
  readonly keys: ProofKeys
  readonly transcript: Transcript
  readonly proof: Buffer
}

/** Gives challenges out and looks at what comes back. */
export class ProofCheck {
  keys: readonly ProofKeys[]
  readonly #isBound: boolean
  readonly #challenges = new Challenges()

  /** @param isBound proofs hold for their TLS connection only. */
  constructor(keys: readonly ProofKeys[], isBound: boolean) {
    this.keys = keys
    this.#isBound = isBound
  }

  challenge(): string {
    return this.#challenges.make()
  }

  /** `undefined` where nothing is proven. What was is spent. */
  proven(request: IncomingMessage, socket: Socket): Proven | undefined {
    const transcript = this.#transcriptOf(request, socket)
    const said = bytesOf(request.headers[handshakeHeader.proof])
    // All keys are tried, so that the time tells nothing of which one it was.
    const matching = this.keys.filter((keys) => isSameProof(clientProof(keys, transcript), said))
    const isFair =
      this.#challenges.isOpen(transcript.challenge) &&
      bytesOf(transcript.nonce).byteLength === nonceBytes &&
      request.headers[handshakeHeader.binding] === transcript.binding.name
    const keys = matching[0]
    if (keys === undefined || !isFair) return undefined
    this.#challenges.spend(transcript.challenge)
    return { keys, transcript, proof: said }
  }

  #transcriptOf({ headers, method, url }: IncomingMessage, socket: Socket): Transcript {
    const text = (name: string): string => String(headers[name] ?? '')
    return {
      protocol: text(handshakeHeader.protocol),
      method: method ?? '',
      path: url ?? '',
      challenge: text(handshakeHeader.challenge),
      nonce: text(handshakeHeader.nonce),
      binding: bindingOf(socket, this.#isBound),
      resume: text(handshakeHeader.resume),
    }
  }
}

function bytesOf(text: string | string[] | undefined): Buffer {
  return Buffer.from(String(text ?? ''), 'base64url')
}
