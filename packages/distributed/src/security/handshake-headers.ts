/** The headers of a handshake, in the case in which Node gives those that came. */
export const handshakeHeader = {
  protocol: 'conc-protocol',
  challenge: 'conc-challenge',
  nonce: 'conc-nonce',
  binding: 'conc-binding',
  proof: 'conc-proof',
  /** `<session> <last seq seen>` of the client; `<last seq seen>` or `refused` of the server. */
  resume: 'conc-resume',
} as const

export const handshakePath = '/conc'
export const subprotocol = 'conc.1'
export const nonceBytes = 32

const resumeRefused = 'refused'

export interface ResumeRequest {
  readonly session: string
  readonly seq: number
}

export function resumeText({ session, seq }: ResumeRequest): string {
  return `${session} ${seq}`
}

/** `undefined` where the text is none. */
export function resumeRequest(text: string): ResumeRequest | undefined {
  const match = /^([A-Za-z0-9_-]{16,64}) (\d{1,10})$/.exec(text)
  if (!match) return undefined
  return { session: match[1] as string, seq: Number(match[2]) }
}

/** @param seq the last message that the server has seen of the session; `undefined`: it does not go on. */
export function resumeAnswer(seq: number | undefined): string {
  return seq === undefined ? resumeRefused : String(seq)
}

/** `undefined`: the session does not go on. */
export function resumedAt(answer: string): number | undefined {
  return /^\d{1,10}$/.test(answer) ? Number(answer) : undefined
}
