import { Type } from 'typebox'
import { DURATION_PATTERN } from './duration.ts'
import { Payloads, Retention, Subjects } from './payload-schema.ts'
import { PeerTlsSchema } from './tls-schema.ts'

/** The table `[ledger]`. */
export const Ledger = Type.Object(
  {
    origin: Type.Optional(
      Type.String({
        description:
          'Name of the ledger on its checkpoints, and issuer of tokens. Chosen once, when ' +
          'the keys are made; a random one by default.',
        pattern: '^[a-z0-9][a-z0-9.-]*(?:/[a-z0-9][a-z0-9._-]*)+$',
        expected: 'a host and a path such as `example.com/gate`',
      }),
    ),
    post_quantum: Type.Boolean({
      description:
        'Signs published checkpoints with ML-DSA-44 too, at most once a second; verifiers get ' +
        '`keys/ledger-ml-dsa.vkey` beside `keys/ledger.vkey`.',
      default: false,
    }),
    scrub: Type.Integer({
      description:
        'MiB in a second that are read again behind the writer, to find what a disk has altered; ' +
        '0 for never.',
      minimum: 0,
      maximum: 4096,
      default: 8,
      expected: 'a number of MiB from 0 to 4096',
    }),
    publish: Type.String({
      description:
        'What `/log/` of the listener shows to anybody: `heads` the log of heads, which says how ' +
        'many receipts there are and nothing of what is in them; `all` the receipts too.',
      default: 'heads',
      pattern: '^(?:none|heads|all)$',
      expected: '`none`, `heads` or `all`',
    }),
    payloads: Payloads,
    retention: Retention,
    subjects: Subjects,
  },
  { additionalProperties: false },
)

const duration = (description: string, preset: string) =>
  Type.String({
    description,
    default: preset,
    pattern: DURATION_PATTERN,
    expected: 'a duration such as `5s` or `1m`',
  })

/** The table `[witnesses]`. */
export const Witnesses = Type.Object(
  {
    policy: Type.Optional(
      Type.String({
        description:
          'Who witnesses the ledger, and how many are enough: `witness NAME VKEY URL`, `group` ' +
          'and `quorum` lines of a `tlog-policy`, in a text of several lines.',
        // An address may have been given a password, which is a mistake, and no message shows it.
        secret: true,
      }),
    ),
    policy_file: Type.Optional(Type.String({ description: 'The same in a file of its own.' })),
    tls: Type.Optional(PeerTlsSchema),
    interval: duration(
      'How often checkpoints are cosigned while nothing waits; `1s` to `1h`.',
      '5s',
    ),
    answer_wait: duration('How long a witness may take to answer; `100ms` to `1m`.', '5s'),
    finality_wait: duration(
      'How long an action waits to be `witnessed`, `1s` to `9m`. After that it is refused.',
      '30s',
    ),
  },
  {
    description: 'Who else keeps the heads of the ledger: see the guide on witnesses.',
    additionalProperties: false,
  },
)
