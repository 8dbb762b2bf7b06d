import type { SignedFile } from '../app/keys/trust-commands.ts'
import type { KeyList } from '../client/admin-client.ts'
import { keyIdOf, type NamedHead } from '../kernel/trust/key-record.ts'
import type { Answer } from './command.ts'
import { trustText } from './status.ts'
import { table } from './table.ts'

/** How the keys stand. */
export function shown(list: KeyList): Answer {
  const rows = list.keys.map(({ id, state, notBefore, firstSize, final, bound }) => [
    ...[id, state, notBefore, String(firstSize)],
    String(bound?.size ?? final?.size ?? ''),
  ])
  const keys = table([['KEY', 'STATE', 'SINCE', 'FROM SIZE', 'TO SIZE'], ...rows])
  return { json: list, text: `${keys}\n\ntrust document: ${trustText(list.trust)}` }
}

/** A trust document for people. */
export function documentText(trust: SignedFile): string {
  const { document, digest, signers } = trust
  const { version, previous, issued, expires, roots, logs, keys, witnesses } = document
  const facts = [
    ['version', `${version}, sha256 ${digest}`],
    ['follows', previous ?? 'nothing'],
    ['good', `${issued} to ${expires}`],
    ['signed', `by ${signers} of its roots; ${roots.threshold} needed`],
    ...roots.keys.map(({ alg, id }) => ['root', `${id} (${alg})`]),
    ...logs.map(({ origin, final }) => ['log', `${origin}${final ? `, ${ended(final)}` : ''}`]),
  ]
  const rows = keys.map((key) => [
    ...[keyIdOf(key), key.alg, key.state, `from ${key.firstSize}`],
    ended(key.bound ?? key.final),
  ])
  const text = `${table(facts)}\n\n${table([['KEY', 'ALG', 'STATE', 'SIZES', ''], ...rows])}`
  return witnesses === undefined ? text : `${text}\n\nwitnesses:\n${witnesses}`
}

/** What came of signing. */
export function signedText({ document, signers }: SignedFile): string {
  const { threshold } = document.roots
  const left = threshold - signers
  const enough = left <= 0 ? 'enough: publish it' : `${left} more needed`
  return `version ${document.version} is signed by ${signers} of its roots: ${enough}`
}

function ended(head: NamedHead | undefined): string {
  return head === undefined ? '' : `up to ${head.size}, root ${head.root}`
}
