import { describe, expect, it } from 'vitest'
import { Challenges } from '../../src/security/challenges.js'
import {
  resumeAnswer,
  resumedAt,
  resumeRequest,
  resumeText,
} from '../../src/security/handshake-headers.js'
import { proofKeyRing, proofKeys } from '../../src/security/keys.js'
import {
  bindingOf,
  clientProof,
  isSameProof,
  serverProof,
  type Transcript,
} from '../../src/security/proofs.js'

const transcript: Transcript = {
  protocol: '1.0',
  method: 'GET',
  path: '/conc',
  challenge: 'challenge',
  nonce: 'nonce',
  binding: { name: 'none', bytes: new Uint8Array(0) },
  resume: '',
}

describe('Challenges', () => {
  it('are open until they are spent', () => {
    const challenges = new Challenges()
    const one = challenges.make()
    expect(challenges.isOpen(one)).toBe(true)
    challenges.spend(one)
    expect(challenges.isOpen(one)).toBe(false)
    expect(challenges.isOpen(challenges.make())).toBe(true)
  })

  it('expire after ten seconds, spent or not', () => {
    let now = 1_000_000
    const challenges = new Challenges(() => now)
    const [one, other] = [challenges.make(), challenges.make()]
    challenges.spend(one)
    now += 9_999
    expect(challenges.isOpen(other)).toBe(true)
    now += 1
    challenges.spend(challenges.make())
    expect([one, other].map((each) => challenges.isOpen(each))).toEqual([false, false])
  })

  it('of another server, changed, or spelt differently are none', () => {
    const challenges = new Challenges()
    const one = challenges.make()
    expect(new Challenges().isOpen(one)).toBe(false)
    for (const wrong of ['', `${one}=`, `${one} `, one.slice(1), `A${one.slice(1)}`, `${one}A`]) {
      if (wrong !== one) expect(challenges.isOpen(wrong)).toBe(false)
    }
  })
})

describe('proofs', () => {
  const keys = proofKeys('authkey', 'a key of some length')

  it('depend on the key and on each field', () => {
    const proof = clientProof(keys, transcript)
    expect(isSameProof(proof, clientProof(keys, { ...transcript }))).toBe(true)
    const others = [
      clientProof(proofKeys('authkey', 'another key of some'), transcript),
      clientProof(keys, { ...transcript, nonce: 'other' }),
      clientProof(keys, { ...transcript, challenge: 'challengen', nonce: 'once' }),
      clientProof(keys, { ...transcript, resume: 'session 3' }),
      clientProof(keys, {
        ...transcript,
        binding: { name: 'tls-exporter', bytes: new Uint8Array(32) },
      }),
    ]
    for (const other of others) expect(isSameProof(proof, other)).toBe(false)
  })

  it('of one side are none of the other', () => {
    const proof = clientProof(keys, transcript)
    expect(isSameProof(proof, serverProof(keys, transcript, proof, ''))).toBe(false)
    const answers = ['3', 'refused'].map((answer) => serverProof(keys, transcript, proof, answer))
    expect(isSameProof(answers[0] as Buffer, answers[1] as Buffer)).toBe(false)
    expect(isSameProof(proof, proof.subarray(1))).toBe(false)
  })

  it('are bound to a TLS connection where there is one', () => {
    const socket = { exportKeyingMaterial: (length: number) => Buffer.alloc(length, 7) }
    expect(bindingOf(socket, true)).toEqual({ name: 'tls-exporter', bytes: Buffer.alloc(32, 7) })
    expect(bindingOf(socket, false).name).toBe('none')
    expect(bindingOf({}, true).name).toBe('none')
  })
})

describe('keys', () => {
  it('are the same as text and as bytes', () => {
    expect(proofKeys('authkey', 'käse')).toEqual(proofKeys('authkey', Buffer.from('käse', 'utf8')))
  })

  it('are one to four', () => {
    expect(proofKeyRing('authkey', ['a', 'b'])).toHaveLength(2)
    for (const wrong of [[], ['a', 'b', 'c', 'd', 'e']]) {
      expect(() => proofKeyRing('authkey', wrong)).toThrow('Expected `authkey` to be 1 to 4 keys')
    }
  })

  it('of a wrong type are refused without being shown', () => {
    expect(() => proofKeys('authkey', 1234567)).toThrow('got a number.')
    expect(() => proofKeyRing('authkey', ['a', { secret: 1 }])).toThrow('`authkey[1]`')
  })
})

describe('resume fields', () => {
  it('come back, and are nothing when broken', () => {
    const request = { session: 'abcdefghijklmnop', seq: 12 }
    expect(resumeRequest(resumeText(request))).toEqual(request)
    for (const wrong of [
      '',
      'abc 1',
      'abcdefghijklmnop',
      'abcdefghijklmnop -1',
      'abcdefghijklmnop 1 2',
    ]) {
      expect(resumeRequest(wrong)).toBeUndefined()
    }
    expect([resumedAt(resumeAnswer(7)), resumedAt(resumeAnswer(undefined)), resumedAt('')]).toEqual(
      [7, undefined, undefined],
    )
  })
})
