import { Type } from 'typebox'
import { NAME_PATTERN } from '../../kernel/identity/name.ts'
import { PERMISSION_PATTERN } from '../../kernel/identity/permission.ts'
import { TENANT_PATTERN } from '../../kernel/identity/tenant.ts'
import type { JsonValue } from '../../kernel/json/value.ts'

/** Of `portcullis.toml`: who belongs to a tenant, and how it is divided. */
const description = Type.Optional(Type.String({ description: 'For people; changes nothing.' }))

/** Tenants and spaces are spelt alike. */
export const SPACE_NAME = { pattern: TENANT_PATTERN.source }
const SPACE_IN_WORDS = 'a small letter, then at most 62 small letters, digits or `-`'

/** What something belongs to, for those who administer it and for policies. */
export const space = Type.Optional(
  Type.String({ description: 'The space it belongs to: what policies read as `resource.space`.' }),
)

export const Spaces = Type.Record(
  Type.String(SPACE_NAME),
  Type.Object({ description }, { additionalProperties: false }),
  {
    description: 'Parts of the organisation, in which roles can be granted.',
    placeholder: 'NAME',
    expected: SPACE_IN_WORDS,
  },
)

export const Roles = Type.Record(
  Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_-]{0,63}$' }),
  Type.Object(
    {
      description,
      permissions: Type.Array(
        Type.String({
          pattern: PERMISSION_PATTERN,
          expected: 'an operation such as `admin.agents.suspend`, or `admin.agents.*`',
        }),
        {
          description: 'Administrative operations that it permits, where it is granted.',
          default: [],
        },
      ),
    },
    { additionalProperties: false },
  ),
  {
    description: 'What policies read as `principal.roles`.',
    placeholder: 'NAME',
    expected: 'a letter, then at most 63 letters, digits, `-` or `_`',
  },
)

const Value = Object.assign(Type.Unsafe<JsonValue>({}), { type: 'value' as const })

export const Members = Type.Record(
  Type.String({ pattern: NAME_PATTERN }),
  Type.Object(
    {
      roles: Type.Array(Type.String(), {
        description: 'Roles in the whole organisation: `super_admin`, or one of `[roles.NAME]`.',
        default: [],
      }),
      spaces: Type.Record(Type.String(SPACE_NAME), Type.Array(Type.String()), {
        description: 'Roles by space, `{ sales = ["admin"] }`: also `admin`, `editor`, `viewer`.',
        placeholder: 'SPACE',
        expected: SPACE_IN_WORDS,
        default: {},
      }),
      attributes: Type.Record(Type.String(), Value, {
        description: 'What else policies read of it: `user.clearance`.',
        placeholder: 'ATTRIBUTE',
        default: {},
      }),
      description,
    },
    { additionalProperties: false },
  ),
  {
    description: 'People who belong here. How they prove who they are, their accounts say.',
    placeholder: 'NAME',
    expected: 'ASCII letters, digits and `._@+-`, which is no path',
  },
)

export const Tenants = Type.Record(
  Type.String({ pattern: TENANT_PATTERN.source }),
  Type.Object(
    {
      config: Type.String({
        description: 'The file with its own tables; relative paths in it begin at its folder.',
        minLength: 1,
      }),
      allowed_commands: Type.Optional(
        Type.Array(Type.String({ minLength: 1 }), {
          description: 'The programs that its servers may be, letter by letter. Absent: any.',
        }),
      ),
      allowed_hosts: Type.Optional(
        Type.Array(
          Type.String({
            pattern: '^(?:\\*\\.)?[A-Za-z0-9\\[\\]:.-]{1,253}$',
            expected: 'a host as `api.example.com`, `*.example.com` or `127.0.0.1:8080`',
          }),
          { description: 'Hosts of its servers, with a port where not the usual. Absent: any.' },
        ),
      ),
    },
    { additionalProperties: false },
  ),
  {
    description: 'Other organisations. What this file itself declares is the tenant `default`.',
    placeholder: 'NAME',
    expected: SPACE_IN_WORDS,
  },
)
