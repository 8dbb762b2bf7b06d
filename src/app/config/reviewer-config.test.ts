import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadText, refusal } from '../../../test/support/config-text.ts'

const REVIEWER = `[tools.reviewer]
kind = "anthropic"
url = "https://api.anthropic.com/v1"
model = "claude"
`

test('a model reads tools beside the rules, with a key from the environment', async (t) => {
  const text = `${REVIEWER}key = "\${REVIEWER_KEY}"\ntimeout = "5s"`
  const { config } = await loadText(t, text, { REVIEWER_KEY: 's3cret' })
  const { kind, model, key, waitMs } = config.reviewer ?? {}
  assert.deepEqual([kind, model, key, waitMs], ['anthropic', 'claude', 's3cret', 5_000])
  assert.deepEqual(config.warnings, [])
})

test('without a reviewer there is none', async (t) => {
  assert.equal((await loadText(t, '')).config.reviewer, undefined)
})

test('a key that is written out is warned of, and not shown', async (t) => {
  const { config } = await loadText(t, `${REVIEWER}key = "s3cret"`)
  assert.match(config.warnings.join(), /`tools\.reviewer\.key` is written out/)
  assert.doesNotMatch(config.warnings.join(), /s3cret/)
})

test('a key whose variable is missing is refused by name', async (t) => {
  const { message } = await refusal(t, `${REVIEWER}key = "\${REVIEWER_KEY}"`)
  assert.match(message, /the environment has no variable `REVIEWER_KEY`/)
})

for (const url of ['http://api.example.com/v1', 'http://127.0.0.1.example.com/', 'ftp://x']) {
  test(`a reviewer at ${url} is refused: its key would go in the clear`, async (t) => {
    const { code } = await refusal(t, REVIEWER.replace('https://api.anthropic.com/v1', url))
    assert.equal(code, 'CONFIG_INVALID')
  })
}

for (const timeout of ['0s', '3m']) {
  test(`a reviewer that may take ${timeout} is refused`, async (t) => {
    const { code, message } = await refusal(t, `${REVIEWER}timeout = "${timeout}"`)
    assert.equal(code, 'CONFIG_INVALID')
    assert.match(message, /from `100ms` to `2m`/)
  })
}

test('a reviewer on this machine needs no TLS and no key', async (t) => {
  const local = REVIEWER.replace('https://api.anthropic.com/v1', 'http://localhost:11434/v1')
  assert.equal((await loadText(t, local)).config.reviewer?.url, 'http://localhost:11434/v1')
})
