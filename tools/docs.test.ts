import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratch } from '../test/support/scratch.ts'
import { stalePages, writePages } from './docs.ts'

test('a page that is changed by hand, or missing, is found', async (t) => {
  const root = await scratch(t)
  await writePages(root)
  assert.deepEqual(await stalePages(root), [])
  const config = join(root, 'docs/reference/config.md')
  writeFileSync(config, `${readFileSync(config, 'utf8')}by hand\n`)
  rmSync(join(root, 'docs/reference/errors.md'))
  assert.deepEqual(await stalePages(root), ['docs/reference/config.md', 'docs/reference/errors.md'])
})

test('the pages name every key, command, code and route', async (t) => {
  const root = await scratch(t)
  await writePages(root)
  const named: Readonly<Record<string, readonly string[]>> = {
    'config.md': ['`introspection_secret`', 'PORTCULLIS_AGENTS_NAME_TOKEN_TTL', '[listen.mcp.tls]'],
    'cli.md': [
      '## portcullis agent token',
      '$ TOKEN=$(portcullis agent token sales)',
      '--dpop-jkt',
    ],
    'errors.md': ['`CONFIG_INSECURE_LISTENER`', '`IDENTITY_EXPIRED`', '`POLICY_DENIED`'],
    'admin-api.md': ['`POST /v1/agents/{name}/tokens`', '`servers[].restarts`', '"slow_reader"'],
  }
  for (const [page, words] of Object.entries(named)) {
    const text = readFileSync(join(root, 'docs/reference', page), 'utf8')
    for (const word of words) assert.ok(text.includes(word), `${page}: ${word}`)
  }
})

test('the API is described as OpenAPI 3.1, with every route and every refusal', async (t) => {
  const root = await scratch(t)
  await writePages(root)
  const api = JSON.parse(readFileSync(join(root, 'docs/reference/admin-api.json'), 'utf8'))
  assert.equal(api.openapi, '3.1.0')
  assert.deepEqual(Object.keys(api.paths), [
    '/v1/status',
    '/v1/agents/{name}/tokens',
    '/v1/policies/reload',
    ...['/v1/tools', '/v1/servers', '/v1/servers/{name}', '/v1/servers/{name}/remove'],
    ...['/v1/tools/pins', '/v1/tools/review', '/v1/tools/read'],
    ...['/v1/tools/approve', '/v1/tools/reject'],
    '/v1/agents/{name}/keys',
    '/v1/agents/{name}/keys/{kid}/remove',
    '/v1/agents/{name}/registrations',
    '/v1/budgets',
    '/v1/budgets/{name}/reset',
    '/v1/policies/push',
    '/v1/policies/rollback',
    '/v1/approvals',
    '/v1/approvals/{id}',
    '/v1/approvals/{id}/votes',
    '/v1/approvers/{name}/tokens',
    '/v1/acl/show',
    '/v1/acl/grant',
    '/v1/acl/revoke',
    '/v1/keys',
    '/v1/keys/rotate',
    '/v1/keys/retire',
    '/v1/keys/{id}/compromised',
    '/v1/trust/draft',
    '/v1/trust',
    '/v1/subjects/erase',
    '/v1/subjects/find',
    '/v1/payloads/{receipt}',
    '/v1/holds',
    '/v1/holds/{id}/remove',
    '/v1/ledger/prune',
    ...['/v1/users', '/v1/users/{name}/password', '/v1/users/{name}/totp'],
    ...['/v1/users/{name}/totp/confirm', '/v1/users/{name}/totp/remove'],
    ...['/v1/users/{name}/state', '/v1/users/{name}/remove'],
    ...['/v1/api-tokens', '/v1/api-tokens/{id}/revoke'],
    '/v1/agents/{name}',
    '/v1/agents/{name}/suspend',
    '/v1/agents/{name}/resume',
    '/v1/agents/{name}/revoke',
    '/v1/sessions',
    '/v1/sessions/{id}/end',
    ...['/v1/tenants', '/v1/spaces', '/v1/members', '/v1/members/{name}'],
    ...['/v1/members/{name}/remove', '/v1/roles', '/v1/roles/{name}/grant'],
    '/v1/roles/{name}/revoke',
    '/v1/agents/{name}/svids',
    '/v1/svids/{serial}/end',
    '/v1/svids/{serial}/strangers',
    '/v1/ca',
    '/v1/ca/rotate',
    '/v1/watch',
  ])
  const { parameters, requestBody, responses } = api.paths['/v1/agents/{name}/tokens'].post
  assert.equal(parameters[0].in, 'path')
  assert.ok(requestBody.content['application/json'].schema.properties.dpopJkt)
  assert.ok(responses.default.content['application/json'].schema.properties.error)
})
