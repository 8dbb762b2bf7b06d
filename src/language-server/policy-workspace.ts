import type { TextDocument } from 'vscode-languageserver-textdocument'
import type { EditedSet } from '../kernel/policy/editor/edited-set.ts'
import type { Diagnostic } from '../kernel/policy/language/diagnostics.ts'
import type { ParsedFile } from '../kernel/policy/language/parser.ts'
import type { FolderPorts } from './policy-folder.ts'
import { PolicyFolder } from './policy-folder.ts'

/** A file as an answer needs it: what it is part of, and where its parts are. */
export interface OpenFile {
  readonly set: EditedSet
  readonly file: ParsedFile
  readonly document: TextDocument
  uriOf(name: string): string
}

interface Documents {
  get(uri: string): TextDocument | undefined
  all(): TextDocument[]
}

/** All that is open: policies below the directories of the workspace, and files by themselves. */
export class PolicyWorkspace {
  private readonly ports: FolderPorts
  private readonly documents: Documents
  private folders: readonly PolicyFolder[] = []
  private readonly edited = new Map<PolicyFolder, EditedSet>()

  constructor(documents: Documents, ports: FolderPorts) {
    this.documents = documents
    this.ports = ports
  }

  /** Names the directories of policies, each one set. */
  open(directories: readonly string[]): void {
    this.folders = [...new Set(directories)].map((it) => new PolicyFolder(it, this.ports))
    this.edited.clear()
  }

  /** Reads the disk again. */
  refresh(): void {
    for (const folder of this.folders) folder.refresh()
    this.edited.clear()
  }

  /** Some open text is another now. */
  changed(): void {
    this.edited.clear()
  }

  find(uri: string): OpenFile | undefined {
    const document = this.documents.get(uri)
    if (document === undefined) return undefined
    const { folder, name } = this.home(uri)
    const set = this.editedIn(folder, document)
    const file = set.file(name)
    return file && { set, file, document, uriOf: (other) => this.uriIn(folder, other) ?? uri }
  }

  /** What is wrong or doubtful, by the address of the file; of open files in any case. */
  diagnose(): ReadonlyMap<string, readonly Diagnostic[]> {
    const found = new Map<string, Diagnostic[]>()
    const alone: TextDocument[] = []
    for (const document of this.documents.all()) {
      found.set(document.uri, [])
      if (this.home(document.uri).folder === undefined) alone.push(document)
    }
    const add = (uri: string, diagnostic: Diagnostic) =>
      found.set(uri, [...(found.get(uri) ?? []), diagnostic])
    for (const folder of this.folders)
      for (const diagnostic of folder.diagnose(this.openIn(folder)))
        add(this.uriIn(folder, diagnostic.file) ?? '', diagnostic)
    for (const document of alone)
      for (const diagnostic of this.loose().diagnose(this.openAlone(document)))
        add(document.uri, diagnostic)
    return found
  }

  private home(uri: string) {
    for (const folder of this.folders) {
      const name = folder.nameOf(uri)
      if (name !== undefined) return { folder, name }
    }
    return { folder: undefined, name: uri }
  }

  private editedIn(folder: PolicyFolder | undefined, document: TextDocument): EditedSet {
    if (folder === undefined) return this.loose().edited(this.openAlone(document))
    const known = this.edited.get(folder)
    const set = known ?? folder.edited(this.openIn(folder))
    this.edited.set(folder, set)
    return set
  }

  /** The address that the client gave an open file: there are many spellings of one. */
  private uriIn(folder: PolicyFolder | undefined, name: string): string | undefined {
    if (folder === undefined) return undefined
    const open = this.documents.all().find(({ uri }) => folder.nameOf(uri) === name)
    return open?.uri ?? folder.uriOf(name)
  }

  private openIn(folder: PolicyFolder): ReadonlyMap<string, string> {
    const open = new Map<string, string>()
    for (const document of this.documents.all()) {
      const name = folder.nameOf(document.uri)
      if (name !== undefined) open.set(name, document.getText())
    }
    return open
  }

  private openAlone(document: TextDocument): ReadonlyMap<string, string> {
    return new Map([[document.uri, document.getText()]])
  }

  /** A set of nothing but what is open. */
  private loose(): PolicyFolder {
    const { builtIn } = this.ports
    return new PolicyFolder('', { builtIn, read: () => ({ files: [], diagnostics: [] }) })
  }
}
