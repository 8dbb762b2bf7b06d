import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SALES } from '../../test/support/in-memory-ports.ts'
import { PortcullisError } from '../kernel/errors.ts'
import type { Credential } from '../kernel/identity/credential.ts'
import { anyToken, identitySources, type ProofSource } from './identities.ts'

const bearer = (token: string): Credential => ({ kind: 'bearer', token })

function source(prefix: string, asked: string[], accepts = true): ProofSource {
  return {
    fits: (credential) => 'token' in credential && credential.token.startsWith(prefix),
    async verify() {
      asked.push(prefix)
      if (accepts) return SALES
      throw new PortcullisError('IDENTITY_EXPIRED', 'too late')
    },
  }
}

test('a credential is judged by the first source that it fits', async () => {
  const asked: string[] = []
  const identities = identitySources([source('a', asked), source('ab', asked)])
  assert.equal(await identities.verify(bearer('abc'), 0), SALES)
  assert.deepEqual(asked, ['a'])
})

test('what one source refuses, no other is asked about', async () => {
  const asked: string[] = []
  const identities = identitySources([source('a', asked, false), anyToken(source('', asked))])
  await assert.rejects(identities.verify(bearer('abc'), 0), { code: 'IDENTITY_EXPIRED' })
  assert.deepEqual(asked, ['a'])
})

test('a request without a credential, and one that fits nothing, prove nobody', async () => {
  const asked: string[] = []
  const identities = identitySources([source('a', asked), anyToken(source('', asked))])
  await assert.rejects(identities.verify({ kind: 'none' }, 0), { code: 'IDENTITY_MISSING' })
  const certificate = { der: new Uint8Array(), thumbprint: '' }
  const unfit = identities.verify({ kind: 'certificate', certificate }, 0)
  await assert.rejects(unfit, { code: 'IDENTITY_INVALID' })
  assert.deepEqual(asked, [])
})
