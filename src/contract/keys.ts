import { type Static, Type } from 'typebox'

const Head = Type.Object({
  size: Type.Integer({ description: 'Leaves of the log of the node.' }),
  root: Type.String({ description: 'The root over them, in base64.' }),
})

/** One key of the ledger. */
export const LedgerKey = Type.Object(
  {
    id: Type.String({ description: 'Key ID: 8 hex digits.' }),
    vkey: Type.String({ description: 'The public key, as `name+id+key`.' }),
    alg: Type.String(),
    purpose: Type.String({ description: '`checkpoint` or `post-quantum`.' }),
    state: Type.Enum(['active', 'retiring', 'retired', 'compromised']),
    notBefore: Type.String({ description: 'When it was made, in ISO 8601.' }),
    firstSize: Type.Integer({ description: 'Smallest size at which it signs.' }),
    final: Type.Optional(Head),
    bound: Type.Optional(Head),
  },
  { additionalProperties: false },
)
export type LedgerKey = Static<typeof LedgerKey>

/** How the published trust document stands. */
export const TrustStatus = Type.Object(
  {
    standing: Type.Enum(['none', 'current', 'pending', 'expiring', 'expired'], {
      description: '`pending`: the keys have changed since; the next document waits for a root.',
    }),
    version: Type.Optional(Type.Integer()),
    expires: Type.Optional(Type.String({ description: 'In ISO 8601.' })),
  },
  { additionalProperties: false },
)
export type TrustStatus = Static<typeof TrustStatus>

export const KeyList = Type.Object(
  { keys: Type.Array(LedgerKey), trust: TrustStatus },
  { additionalProperties: false },
)
export type KeyList = Static<typeof KeyList>

export const KeyRotation = Type.Object(
  { emergency: Type.Optional(Type.Boolean({ description: 'The old key is retired at once.' })) },
  { additionalProperties: false },
)
export type KeyRotation = Static<typeof KeyRotation>

export const KeyRetirement = Type.Object(
  { now: Type.Optional(Type.Boolean({ description: 'Whether or not verifiers know the other.' })) },
  { additionalProperties: false },
)
export type KeyRetirement = Static<typeof KeyRetirement>

export const KeyPath = Type.Object(
  { id: Type.String({ description: 'Key ID.', pattern: '^[0-9a-f]{8}$' }) },
  { additionalProperties: false },
)
export type KeyPath = Static<typeof KeyPath>

export const KeyCompromise = Type.Object(
  {
    bound: Type.Optional(
      Type.String({
        description: 'The last head that is known to be true, as a signed note.',
        maxLength: 131_072,
      }),
    ),
  },
  { additionalProperties: false },
)
export type KeyCompromise = Static<typeof KeyCompromise>

export const TrustDraft = Type.Object(
  {
    roots: Type.Optional(
      Type.Array(
        Type.Object(
          {
            alg: Type.Enum(['Ed25519', 'ML-DSA-65']),
            id: Type.String({ maxLength: 64 }),
            spki: Type.String({ maxLength: 4_096 }),
          },
          { additionalProperties: false },
        ),
        { description: 'Other roots than those of the current document.', maxItems: 16 },
      ),
    ),
    threshold: Type.Optional(Type.Integer({ minimum: 1, maximum: 16 })),
    lifeMs: Type.Optional(
      Type.Integer({
        description: 'How long it is good, in milliseconds.',
        minimum: 3_600_000,
        maximum: 315_360_000_000,
      }),
    ),
    witnesses: Type.Optional(
      Type.String({ description: 'Witness policy (tlog-policy).', maxLength: 65_536 }),
    ),
  },
  { additionalProperties: false },
)
export type TrustDraft = Static<typeof TrustDraft>

/** Bytes that a signed document may have on its way in. */
export const TRUST_BODY_BYTES = 2 * 1024 * 1024

export const TrustFileText = Type.Object(
  { file: Type.String({ description: 'A trust file, as `docs/spec/trust.md` has it.' }) },
  { additionalProperties: false },
)
export type TrustFileText = Static<typeof TrustFileText>

/** Routes of the admin API about keys. */
export const KEY_ROUTES = {
  keys: {
    method: 'GET',
    url: '/v1/keys',
    action: { operation: 'admin.keys.list', on: 'key', changes: false, least: 'super_admin' },
    summary: 'The keys that sign checkpoints, and how the trust document stands.',
    answer: KeyList,
  },
  rotateKey: {
    method: 'POST',
    url: '/v1/keys/rotate',
    action: { operation: 'admin.keys.rotate', on: 'key', changes: true, least: 'super_admin' },
    summary: 'A new key takes over. Leaves a receipt that both keys signed.',
    body: KeyRotation,
    answer: KeyList,
  },
  retireKey: {
    method: 'POST',
    url: '/v1/keys/retire',
    action: { operation: 'admin.keys.retire', on: 'key', changes: true, least: 'super_admin' },
    summary: 'The retiring key signs no more, and its private half is destroyed.',
    body: KeyRetirement,
    answer: KeyList,
  },
  compromiseKey: {
    method: 'POST',
    url: '/v1/keys/:id/compromised',
    action: {
      operation: 'admin.keys.compromise',
      on: 'key',
      changes: true,
      least: 'super_admin',
      named: 'id',
    },
    summary: 'Somebody else has this key: it counts up to a head that is known to be true.',
    params: KeyPath,
    body: KeyCompromise,
    bodyBytes: 256 * 1024,
    answer: KeyList,
  },
  draftTrust: {
    method: 'POST',
    url: '/v1/trust/draft',
    action: { operation: 'admin.trust.draft', on: 'trust', changes: true, least: 'super_admin' },
    summary: 'The next trust document, to be signed by roots.',
    body: TrustDraft,
    bodyBytes: 256 * 1024,
    answer: TrustFileText,
  },
  publishTrust: {
    method: 'POST',
    url: '/v1/trust',
    action: {
      operation: 'admin.trust.publish',
      on: 'trust',
      changes: true,
      least: 'super_admin',
      digested: ['file'],
    },
    summary: 'Puts a signed trust document in force.',
    body: TrustFileText,
    bodyBytes: TRUST_BODY_BYTES,
    answer: KeyList,
  },
} as const
