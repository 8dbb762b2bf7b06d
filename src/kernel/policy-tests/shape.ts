import type { Diagnostics } from '../policy/language/diagnostics.ts'
import type { Span } from '../policy/language/source.ts'
import { nearest } from '../text/nearest.ts'
import type { Located, LocatedRecord, Member } from './located.ts'

/** Thrown once a mistake has been reported and what it stands in cannot be read. */
export class Unreadable extends Error {}

/** Reads values of an expected shape; what has another is reported where it stands. */
export class Shape {
  private readonly diagnostics: Diagnostics

  constructor(diagnostics: Diagnostics) {
    this.diagnostics = diagnostics
  }

  fail(at: Span, message: string, hint: string): never {
    this.report(at, message, hint)
    throw new Unreadable(message)
  }

  report(at: Span, message: string, hint: string): void {
    this.diagnostics.error({ at, message, hint })
  }

  record(node: Located, what: string): LocatedRecord {
    if (node.kind === 'record') return node
    return this.fail(node.at, `${what} is a record`, 'write `name: value`')
  }

  /** A record with these members and no others; each is read at most once. */
  members<Key extends string>(
    node: Located,
    what: string,
    keys: readonly Key[],
  ): Partial<Record<Key, Located>> {
    const found: Partial<Record<Key, Located>> = {}
    for (const { key, keyAt, value } of this.record(node, what).members) {
      const known = keys.find((it) => it === key)
      if (known === undefined) this.unknown(keyAt, key, { what, keys })
      else found[known] = value
    }
    return found
  }

  private unknown(at: Span, key: string, known: { what: string; keys: readonly string[] }): void {
    const near = nearest(key, known.keys)
    const hint =
      near === undefined ? `there are ${known.keys.join(', ')}` : `did you mean \`${near}\`?`
    this.report(at, `${known.what} has no \`${key}\``, hint)
  }

  entries(node: Located | undefined, what: string): readonly Member[] {
    return node === undefined ? [] : this.record(node, what).members
  }

  list(node: Located, what: string): readonly Located[] {
    if (node.kind === 'list') return node.items
    return this.fail(node.at, `${what} is a list`, 'write `[a, b]`')
  }

  text(node: Located, what: string): string {
    if (node.kind === 'scalar' && typeof node.value === 'string') return node.value
    return this.fail(node.at, `${what} is a text`, 'put it in quotes')
  }

  /** One text or a list of them. */
  texts(node: Located, what: string): readonly (readonly [text: string, at: Span])[] {
    const items = node.kind === 'list' ? node.items : [node]
    return items.map((item) => [this.text(item, what), item.at])
  }

  /** One of some words. */
  word<Word extends string>(node: Located, what: string, words: readonly Word[]): Word {
    const text = this.text(node, what)
    const known = words.find((word) => word === text)
    if (known !== undefined) return known
    const near = nearest(text, words)
    const hint = near === undefined ? `one of ${words.join(', ')}` : `did you mean \`${near}\`?`
    return this.fail(node.at, `\`${text}\` is no ${what}`, hint)
  }

  /** Goes on after what could not be read. */
  attempt<T>(read: () => T): T | undefined {
    try {
      return read()
    } catch (error) {
      if (error instanceof Unreadable) return undefined
      throw error
    }
  }
}
