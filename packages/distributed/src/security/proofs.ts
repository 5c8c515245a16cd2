import { createHmac, timingSafeEqual } from 'node:crypto'
import type { ProofKeys } from './keys.js'

/** What both sides prove to have agreed upon. */
export interface Transcript {
  readonly protocol: string
  readonly method: string
  readonly path: string
  readonly challenge: string
  readonly nonce: string
  readonly binding: Binding
  /** The session to go on with and the last message seen of it; empty for a new one. */
  readonly resume: string
}

/** What ties a proof to its TLS connection: a proof passed on through another connection is worth nothing. */
export interface Binding {
  readonly name: 'none' | 'tls-exporter'
  readonly bytes: Uint8Array
}

const noBinding: Binding = { name: 'none', bytes: new Uint8Array(0) }

/** The part of a TLS socket that makes a binding. */
interface KeyExporter {
  exportKeyingMaterial?(length: number, label: string, context: Buffer): Buffer
}

export function bindingOf(socket: object, isBound: boolean): Binding {
  const { exportKeyingMaterial } = socket as KeyExporter
  if (!isBound || exportKeyingMaterial === undefined) return noBinding
  const bytes = exportKeyingMaterial.call(
    socket,
    32,
    'EXPORTER-Channel-Binding',
    Buffer.alloc(0),
  ) as Buffer
  return { name: 'tls-exporter', bytes }
}

export function clientProof({ client }: ProofKeys, transcript: Transcript): Buffer {
  return createHmac('sha256', client).update(transcriptBytes(transcript)).digest()
}

/** @param answer what the server says about the resume. */
export function serverProof(
  { server }: ProofKeys,
  transcript: Transcript,
  proof: Uint8Array,
  answer: string,
): Buffer {
  return createHmac('sha256', server)
    .update(transcriptBytes(transcript))
    .update(lengthPrefixed([proof, Buffer.from(answer)]))
    .digest()
}

/** Takes as long for a wrong proof as for a right one. */
export function isSameProof(one: Uint8Array, other: Uint8Array): boolean {
  return one.byteLength === other.byteLength && timingSafeEqual(one, other)
}

function transcriptBytes(transcript: Transcript): Buffer {
  const { protocol, method, path, challenge, nonce, binding, resume } = transcript
  const texts = [protocol, method, path, challenge, nonce, binding.name].map((text) =>
    Buffer.from(text),
  )
  return lengthPrefixed([...texts, binding.bytes, Buffer.from(resume)])
}

/** Without lengths two lists of fields could be the same bytes. */
function lengthPrefixed(fields: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    fields.flatMap((field) => {
      const length = Buffer.allocUnsafe(4)
      length.writeUInt32LE(field.byteLength, 0)
      return [length, field]
    }),
  )
}
