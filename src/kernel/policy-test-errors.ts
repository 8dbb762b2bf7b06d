/** Failures of testing policies. Part of `ERRORS`. */
export const POLICY_TEST_ERRORS = {
  POLICY_TESTS_INVALID: {
    http: 400,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'mend what is named above; `docs/spec/policy-tests.md` lists every key',
  },
  POLICY_TESTS_MISSING: {
    http: 404,
    agent: 'The runtime cannot act at the moment.',
    remedy: 'write a `*.test.yaml` beside the policies: see `docs/guide/policy-tests.md`',
  },
} as const
