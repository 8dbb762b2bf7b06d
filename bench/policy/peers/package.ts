import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/**
 * A package of `bench/package.json`, typed by what is used of it: these packages need not be there
 * for the types to be checked.
 */
export function peerPackage<T>(name: string): T {
  return require(name) as T
}
