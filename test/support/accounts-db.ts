import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { accountStore, personBook } from '../../src/stores/accounts/account-store.ts'
import { openAccountsFile } from '../../src/stores/accounts/accounts-file.ts'
import { apiTokenStore } from '../../src/stores/accounts/api-token-store.ts'
import { sessionStore } from '../../src/stores/accounts/session-store.ts'
import { scratch } from './scratch.ts'

/** A fresh `accounts.db` with what is kept in it, closed after the test. */
export async function accountsDb(t: TestContext) {
  const db = openAccountsFile(join(await scratch(t), 'accounts.db'))
  t.after(() => db.close())
  return {
    db,
    ...{ sessionStore: sessionStore(db), apiTokenStore: apiTokenStore(db) },
    ...{ accountStore: accountStore(db), personBook: personBook(db) },
  }
}
