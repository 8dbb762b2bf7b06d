import test from 'node:test'
import { errorOrderTest } from './error-order.ts'
import { groupTests } from './groups.ts'
import { indexChangeTests } from './index-changes.ts'
import { lookedAtTests } from './looked-at.ts'
import { reusedMemoryTests } from './reused-memory.ts'
import { simpleGuardTests } from './simple-guards.ts'

for (const { name, run } of [
  errorOrderTest(),
  ...simpleGuardTests(),
  ...lookedAtTests(),
  ...groupTests(),
  ...indexChangeTests(),
  ...reusedMemoryTests(),
])
  test(name, run)
