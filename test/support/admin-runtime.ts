import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { adminDoor } from './admin-door.ts'
import { scratch } from './scratch.ts'

const CONFIG = `[roles.sales]
[agents.sales]
roles = ["sales"]
description = "sells"
[agents.nobody]
roles = []
token_ttl = "1h"
`

/** A folder with a configuration, and its admin API with nothing but answers behind it. */
export async function adminRuntime(t: TestContext) {
  const folder = await scratch(t)
  writeFileSync(join(folder, 'portcullis.toml'), CONFIG)
  const data = join(folder, '.portcullis')
  mkdirSync(data)
  return { ...(await adminDoor(t, { folder: data })), folder }
}
