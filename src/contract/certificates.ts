import { type Static, Type } from 'typebox'

/** A process as its operating system knows it. */
export const AttestedProcess = Type.Object(
  {
    pid: Type.Integer({ minimum: 1, maximum: 4_194_304 }),
    uid: Type.Integer({ minimum: 0, maximum: 4_294_967_295 }),
    started: Type.String({
      description: 'When it was started, in ticks since the machine was (proc(5), `starttime`).',
      pattern: '^[0-9]{1,20}$',
    }),
  },
  { additionalProperties: false },
)
export type AttestedProcess = Static<typeof AttestedProcess>

export const SvidRequest = Type.Object(
  {
    publicKey: Type.String({
      description: 'The key that it is for: SPKI of P-256, DER in base64.',
      pattern: '^[A-Za-z0-9+/]{80,200}={0,2}$',
    }),
    proof: Type.String({
      description: 'Signature by that key over what is asked (ECDSA with SHA-256), in base64.',
      pattern: '^[A-Za-z0-9+/]{80,120}={0,2}$',
    }),
    digest: Type.String({
      description: 'Digest of the code: `sha256:` and hex.',
      pattern: '^sha256:[0-9a-f]{64}$',
    }),
    process: AttestedProcess,
  },
  { additionalProperties: false },
)
export type SvidRequest = Static<typeof SvidRequest>

export const IssuedSvid = Type.Object(
  {
    spiffeId: Type.String(),
    certificate: Type.String({ description: 'PEM.' }),
    serial: Type.String({ description: 'Serial number, hex.' }),
    expires: Type.String({ description: 'Until when it is good, in ISO 8601.' }),
    roots: Type.Array(Type.String(), { description: 'The roots that count, PEM.' }),
    runtimeId: Type.String({ description: 'The SPIFFE id that the runtime shows.' }),
    address: Type.String({ description: 'Where agents connect.' }),
  },
  { additionalProperties: false },
)
export type IssuedSvid = Static<typeof IssuedSvid>

export const SvidPath = Type.Object(
  { serial: Type.String({ description: 'Serial number, hex.', pattern: '^[0-9a-f]{2,40}$' }) },
  { additionalProperties: false },
)
export type SvidPath = Static<typeof SvidPath>

export const StrangerReport = Type.Object(
  { count: Type.Integer({ description: 'Connections since the last report.', minimum: 1 }) },
  { additionalProperties: false },
)
export type StrangerReport = Static<typeof StrangerReport>

export const Noted = Type.Object({ noted: Type.Boolean() }, { additionalProperties: false })
export type Noted = Static<typeof Noted>

export const CaRoots = Type.Object(
  {
    trustDomain: Type.String({ description: 'Its SPIFFE ids begin `spiffe://` and this.' }),
    roots: Type.Array(
      Type.Object(
        {
          generation: Type.Integer(),
          state: Type.Enum(['announced', 'active', 'retiring']),
          subject: Type.String(),
          fingerprint: Type.String({ description: 'SHA-256 of the certificate, hex.' }),
          activates: Type.String({ description: 'From when on it signs, in ISO 8601.' }),
          retires: Type.Optional(Type.String({ description: 'From when on it counts no more.' })),
          ends: Type.String({ description: 'When the certificate itself ends.' }),
          certificate: Type.String({ description: 'PEM.' }),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
)
export type CaRoots = Static<typeof CaRoots>

export const CaRotation = Type.Object(
  {
    emergency: Type.Optional(
      Type.Boolean({ description: 'The root before counts no more, from this moment on.' }),
    ),
  },
  { additionalProperties: false },
)
export type CaRotation = Static<typeof CaRotation>

/** A certificate that the runtime shows or believes. */
export const CertificateInUse = Type.Object(
  {
    where: Type.String({ description: 'The setting that names it, or `ca` and its number.' }),
    ends: Type.String({ description: 'In ISO 8601.' }),
    expiring: Type.Boolean({ description: 'Whether a warning has been due.' }),
  },
  { additionalProperties: false },
)
export type CertificateInUse = Static<typeof CertificateInUse>

/** Routes of the admin API about certificates. */
export const CERTIFICATE_ROUTES = {
  issueSvid: {
    method: 'POST',
    url: '/v1/agents/:name/svids',
    action: {
      operation: 'admin.agents.issue_svid',
      on: 'agent',
      changes: true,
      least: 'super_admin',
      named: 'name',
      confidential: true,
    },
    summary: 'Issues an X.509-SVID for an agent that a launcher attests.',
    params: Type.Object(
      { name: Type.String({ description: 'The agent, as declared.', maxLength: 64 }) },
      { additionalProperties: false },
    ),
    body: SvidRequest,
    answer: IssuedSvid,
  },
  endSvid: {
    method: 'POST',
    url: '/v1/svids/:serial/end',
    action: {
      operation: 'admin.certificates.end',
      on: 'certificate',
      changes: true,
      least: 'super_admin',
      named: 'serial',
    },
    summary: 'The agent has ended, and its SVID with it.',
    params: SvidPath,
    answer: Noted,
  },
  reportStrangers: {
    method: 'POST',
    url: '/v1/svids/:serial/strangers',
    action: {
      operation: 'admin.certificates.report_strangers',
      on: 'certificate',
      changes: true,
      least: 'super_admin',
      named: 'serial',
    },
    summary: 'Somebody beside the launched agent spoke to its endpoint, and was refused.',
    params: SvidPath,
    body: StrangerReport,
    answer: Noted,
  },
  ca: {
    method: 'GET',
    url: '/v1/ca',
    action: {
      operation: 'admin.certificates.show_authority',
      on: 'certificate',
      changes: false,
      least: 'viewer',
    },
    summary: 'The roots of the own authority. Makes it where there is none.',
    answer: CaRoots,
  },
  rotateCa: {
    method: 'POST',
    url: '/v1/ca/rotate',
    action: {
      operation: 'admin.certificates.rotate_authority',
      on: 'certificate',
      changes: true,
      least: 'super_admin',
    },
    summary: 'Another root follows: announced first, or in an emergency at once.',
    body: CaRotation,
    answer: CaRoots,
  },
} as const
