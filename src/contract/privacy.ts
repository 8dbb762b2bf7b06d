import { type Static, Type } from 'typebox'
import type { JsonObject } from '../kernel/json/value.ts'

const closed = { additionalProperties: false } as const

export const ErasureRequest = Type.Object(
  {
    subject: Type.String({
      description: 'Who is erased: `agent:NAME`, `human:NAME` or `data:VALUE`.',
      maxLength: 300,
    }),
    reason: Type.Optional(Type.String({ description: 'Part of the receipt.', maxLength: 200 })),
    dryRun: Type.Optional(Type.Boolean({ description: 'Only says what would be erased.' })),
  },
  closed,
)
export type ErasureRequest = Static<typeof ErasureRequest>

export const Erased = Type.Object(
  {
    state: Type.Enum(['erased', 'erasable', 'unknown'], {
      description:
        '`unknown`: there is no key of this subject. It was erased before, or never came up.',
    }),
    pseudonym: Type.Optional(
      Type.String({ description: 'What stands for the subject in receipts, for ever.' }),
    ),
    payloads: Type.Integer({ description: 'Kept payloads that go with the key.' }),
    receipt: Type.Optional(Type.String({ description: 'Id of the receipt of the erasure.' })),
  },
  closed,
)
export type Erased = Static<typeof Erased>

export const SubjectName = Type.Object(
  { subject: Type.String({ description: '`agent:NAME`, `human:…`, `data:…`.', maxLength: 300 }) },
  closed,
)
export type SubjectName = Static<typeof SubjectName>

export const Pseudonym = Type.Object(
  {
    pseudonym: Type.Optional(
      Type.String({ description: 'Absent where the subject has no key (any more).' }),
    ),
  },
  closed,
)
export type Pseudonym = Static<typeof Pseudonym>

export const PayloadPath = Type.Object(
  {
    receipt: Type.String({ description: 'Id of the receipt, or its place.', maxLength: 64 }),
  },
  closed,
)
export type PayloadPath = Static<typeof PayloadPath>

const Json = Type.Unsafe<JsonObject>(Type.Object({}, { additionalProperties: true }))

/** What was kept for one receipt, each proved by the digest in it. */
export const ShownPayloads = Type.Object(
  {
    receipt: Type.String({ description: 'Id of the receipt.' }),
    in: Type.Optional(Json),
    out: Type.Optional(Json),
  },
  closed,
)
export type ShownPayloads = Static<typeof ShownPayloads>

const scope = {
  run: Type.Optional(Type.String({ description: 'A run.', minLength: 1, maxLength: 256 })),
  subject: Type.Optional(
    Type.String({ description: '`agent:NAME`, `human:NAME` or `data:VALUE`.', maxLength: 300 }),
  ),
  from: Type.Optional(Type.Integer({ description: 'Since when, in ms since the epoch.' })),
  to: Type.Optional(Type.Integer({ description: 'Until when, in ms since the epoch.' })),
}

/** A hold of a run, of a subject, of a stretch of time or, without any of these, of everything. */
export const HoldRequest = Type.Object(
  { reason: Type.String({ minLength: 1, maxLength: 200 }), ...scope },
  closed,
)
export type HoldRequest = Static<typeof HoldRequest>

export const StandingHold = Type.Object(
  {
    id: Type.String(),
    scope: Type.String({ description: '`tenant`, `run r1`, `subject 4f…`, `time … to …`.' }),
    reason: Type.String(),
    by: Type.String({ description: 'Who asked for it.' }),
    since: Type.String({ description: 'In ISO 8601.' }),
  },
  closed,
)
export type StandingHold = Static<typeof StandingHold>

export const HoldList = Type.Object({ holds: Type.Array(StandingHold) }, closed)
export type HoldList = Static<typeof HoldList>

export const HoldPath = Type.Object({ id: Type.String({ maxLength: 64 }) }, closed)
export type HoldPath = Static<typeof HoldPath>

export const HoldRemoval = Type.Object(
  { reason: Type.String({ minLength: 1, maxLength: 200 }) },
  closed,
)
export type HoldRemoval = Static<typeof HoldRemoval>

export const PruneRequest = Type.Object(
  { dryRun: Type.Optional(Type.Boolean({ description: 'Only says what would go.' })) },
  closed,
)
export type PruneRequest = Static<typeof PruneRequest>

export const Pruned = Type.Object(
  {
    payloads: Type.Integer({ description: 'Kept payloads whose time is over.' }),
    leaves: Type.Object(
      { from: Type.Integer(), to: Type.Integer() },
      { description: 'Receipts that lose their body: from the first to before the last.' },
    ),
    segments: Type.Integer({ description: 'Files that are written anew.' }),
    held: Type.Boolean({ description: 'A hold keeps something whose time is over.' }),
    receipt: Type.Optional(Type.String({ description: 'Id of the receipt that says so.' })),
  },
  closed,
)
export type Pruned = Static<typeof Pruned>

/** The part of the admin API about erasure, holds and retention. */
export const PRIVACY_ROUTES = {
  eraseSubject: {
    method: 'POST',
    url: '/v1/subjects/erase',
    action: {
      operation: 'admin.subjects.erase',
      on: 'subject',
      changes: true,
      least: 'super_admin',
    },
    summary: 'Destroys the key of a subject and what was kept of it. It cannot be undone.',
    body: ErasureRequest,
    answer: Erased,
  },
  findSubject: {
    method: 'POST',
    url: '/v1/subjects/find',
    action: {
      operation: 'admin.subjects.find',
      on: 'subject',
      changes: false,
      least: 'super_admin',
    },
    summary: 'What stands for a subject in receipts.',
    body: SubjectName,
    answer: Pseudonym,
  },
  showPayloads: {
    method: 'POST',
    url: '/v1/payloads/:receipt',
    action: {
      operation: 'admin.payloads.show',
      on: 'payload',
      changes: false,
      least: 'super_admin',
      named: 'receipt',
      confidential: true,
    },
    summary: 'Opens what was kept for a receipt. It leaves a receipt itself.',
    params: PayloadPath,
    answer: ShownPayloads,
  },
  listHolds: {
    method: 'GET',
    url: '/v1/holds',
    action: { operation: 'admin.holds.list', on: 'hold', changes: false, least: 'super_admin' },
    summary: 'The legal holds that stand.',
    answer: HoldList,
  },
  addHold: {
    method: 'POST',
    url: '/v1/holds',
    action: { operation: 'admin.holds.add', on: 'hold', changes: true, least: 'super_admin' },
    summary: 'Puts up a legal hold: what it covers is not deleted while it stands.',
    body: HoldRequest,
    answer: StandingHold,
  },
  removeHold: {
    method: 'POST',
    url: '/v1/holds/:id/remove',
    action: {
      operation: 'admin.holds.remove',
      on: 'hold',
      changes: true,
      least: 'super_admin',
      named: 'id',
    },
    summary: 'Lifts a legal hold.',
    params: HoldPath,
    body: HoldRemoval,
    answer: StandingHold,
  },
  prune: {
    method: 'POST',
    url: '/v1/ledger/prune',
    action: { operation: 'admin.ledger.prune', on: 'ledger', changes: true, least: 'super_admin' },
    summary: 'Deletes now what the retention says, as the runtime does once a day.',
    body: PruneRequest,
    answer: Pruned,
  },
} as const
