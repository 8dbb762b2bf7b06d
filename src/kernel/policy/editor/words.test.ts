import assert from 'node:assert/strict'
import test from 'node:test'
import { ANNOTATIONS } from '../check/annotations.ts'
import { METHODS, ROOTS } from '../check/builtins.ts'
import { APPROVAL_SETTINGS, APPROVERS } from '../check/read-approval.ts'
import { TYPE_NAMES } from '../check/types.ts'
import { CONNECTIVES, DECLARATION_WORDS } from '../language/parse-declaration.ts'
import { ATTACHABLE, QUANTIFIERS } from '../language/syntax.ts'
import { RULE_WORDS } from '../language/token-stream.ts'
import {
  ANNOTATED,
  APPROVED,
  APPROVING,
  ATTACHED,
  CALLED,
  DECLARING,
  JOINING,
  QUANTIFYING,
  READ,
  RULES,
  TYPED,
} from './words.ts'

/** Every word of the parser and the checker, and where it is explained. */
const TABLES: readonly (readonly [
  table: Readonly<Record<string, Readonly<Record<string, string>>>>,
  known: Iterable<string>,
])[] = [
  [{ DECLARING }, ['policy', ...DECLARATION_WORDS]],
  [{ RULES }, RULE_WORDS],
  [{ JOINING }, [...CONNECTIVES, 'true', 'false']],
  [{ QUANTIFYING }, QUANTIFIERS],
  [{ CALLED }, METHODS.keys()],
  [{ READ }, ROOTS],
  [{ ATTACHED }, ATTACHABLE],
  [{ ANNOTATED }, new Set([...ANNOTATIONS.policy, ...ANNOTATIONS.rule])],
  [{ APPROVED }, APPROVAL_SETTINGS],
  [{ APPROVING }, APPROVERS],
  [{ TYPED }, TYPE_NAMES],
]

for (const [table, known] of TABLES)
  for (const [name, explained] of Object.entries(table))
    test(`${name} explains all words of the language, and no others`, () =>
      assert.deepEqual(Object.keys(explained).sort(), [...known].sort()))
