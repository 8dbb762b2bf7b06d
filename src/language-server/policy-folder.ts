import { basename, dirname, join, relative, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { BuiltIn } from '../kernel/policy/editor/edited-set.ts'
import { EditedSet, readUnfinished } from '../kernel/policy/editor/edited-set.ts'
import type { Diagnostic } from '../kernel/policy/language/diagnostics.ts'
import type { ParsedFile } from '../kernel/policy/language/parser.ts'
import type { PolicyText } from '../kernel/policy/load-policies.ts'
import { loadParsed } from '../kernel/policy/load-policies.ts'

/** What is on the disk below a directory of policies, as the runtime would read it. */
export interface OnDisk {
  readonly files: readonly PolicyText[]
  readonly diagnostics: readonly Diagnostic[]
}

export interface FolderPorts {
  readonly read: (directory: string) => OnDisk
  readonly builtIn: BuiltIn
}

/** One set of policies: what is on the disk, and over it what is open and not saved. */
export class PolicyFolder {
  private readonly directory: string
  private readonly ports: FolderPorts
  private readonly parsed = new Map<string, ParsedFile>()
  private disk: OnDisk

  constructor(directory: string, ports: FolderPorts) {
    this.directory = directory
    this.ports = ports
    this.disk = ports.read(directory)
  }

  /** Reads the disk again. */
  refresh(): void {
    this.disk = this.ports.read(this.directory)
  }

  /** The name that diagnostics give a file of the set; nothing when it is none. */
  nameOf(uri: string): string | undefined {
    if (!uri.startsWith('file:') || !uri.endsWith('.policy')) return undefined
    const below = relative(this.directory, pathOf(uri) ?? sep)
    const parts = below.split(sep)
    // Names with a dot in front are left out by the runtime too; `..` is one of them.
    if (parts.some((part) => part === '' || part.startsWith('.'))) return undefined
    return [basename(this.directory), ...parts].join('/')
  }

  uriOf(name: string): string {
    return pathToFileURL(join(dirname(this.directory), name)).href
  }

  /** Exactly what `policy check` would say, once everything is saved. */
  diagnose(open: ReadonlyMap<string, string>): readonly Diagnostic[] {
    const { diagnostics } = loadParsed(this.read(open), this.ports.builtIn.registry)
    return [...this.disk.diagnostics, ...diagnostics]
  }

  /** The set as it is being written. */
  edited(open: ReadonlyMap<string, string>): EditedSet {
    return new EditedSet(this.read(open), this.ports.builtIn)
  }

  /** Every file of the set; what has not changed since is not read again. */
  private read(open: ReadonlyMap<string, string>): readonly ParsedFile[] {
    const saved = this.disk.files.filter(({ file }) => !open.has(file))
    const texts = [...saved, ...[...open].map(([file, text]) => ({ file, text }))]
    const files = texts.map((text) => this.parse(text))
    const names = new Set(texts.map(({ file }) => file))
    for (const name of this.parsed.keys()) if (!names.has(name)) this.parsed.delete(name)
    return files
  }

  private parse(text: PolicyText): ParsedFile {
    const known = this.parsed.get(text.file)
    if (known?.source.text === text.text) return known
    const read = readUnfinished(text)
    this.parsed.set(text.file, read)
    return read
  }
}

/** A client may send what is no path of this system. */
function pathOf(uri: string): string | undefined {
  try {
    return fileURLToPath(uri)
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}
