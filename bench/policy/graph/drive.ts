import type { Random } from '../random.ts'
import { type App, CONNECTED } from './app.ts'
import { type Entity, type Ref, refs } from './entities.ts'

/**
 * Documents and folders, shared with users and groups through views: after the application of the
 * same kind in the evaluation of Cedar (OOPSLA 2024).
 */
export const drive: App = {
  name: 'drive',
  embedded: [],
  portcullis: `policy drive {
  allow: drive.read if data.within.contains(user.view)
  allow: drive.read if data.isPublic
  allow: [drive.read, drive.write, drive.share]
    if data.within.containsAny(user.ownedDocs) || data.within.containsAny(user.ownedFolders)
  allow: drive.change_owner if user.ownedDocs.contains(data.id)
  allow: drive.create_doc if user.ownedFolders.contains(data.id)
}`,
  cedar: `
permit (principal, action == Action::"read", resource) when { resource in principal.view };
permit (principal, action == Action::"read", resource) when { resource.isPublic };
permit (
  principal, action in [Action::"read", Action::"write", Action::"share"], resource
) when { resource in principal.ownedDocs || resource in principal.ownedFolders };
permit (principal, action == Action::"change_owner", resource)
  when { principal.ownedDocs.contains(resource) };
permit (principal, action == Action::"create_doc", resource)
  when { principal.ownedFolders.contains(resource) };`,
  cel: perAction({
    view: 'user.view in data.within',
    open: 'data.isPublic',
    owned:
      'user.ownedDocs.exists(d, d in data.within) || user.ownedFolders.exists(f, f in data.within)',
    ownDoc: 'data.id in user.ownedDocs',
    ownFolder: 'data.id in user.ownedFolders',
  }),
  casbin: perAction({
    view: 'has(r.data.within, r.user.view)',
    open: 'r.data.isPublic',
    owned: 'meets(r.data.within, r.user.ownedDocs) || meets(r.data.within, r.user.ownedFolders)',
    ownDoc: 'has(r.user.ownedDocs, r.data.id)',
    ownFolder: 'has(r.user.ownedFolders, r.data.id)',
  }),
  casl: ({ view, ownedDocs, ownedFolders }) => {
    const subject = 'data'
    const owning = ['read', 'write', 'share']
    return [
      { action: 'read', subject, conditions: { within: { $in: [view] } } },
      { action: 'read', subject, conditions: { isPublic: true } },
      { action: owning, subject, conditions: { within: { $in: ownedDocs } } },
      { action: owning, subject, conditions: { within: { $in: ownedFolders } } },
      { action: 'change_owner', subject, conditions: { id: { $in: ownedDocs } } },
      { action: 'create_doc', subject, conditions: { id: { $in: ownedFolders } } },
    ]
  },
  entities: entitiesOf,
  request: (size, random) => {
    const action = random.pick(['read', 'write', 'share', 'change_owner', 'create_doc'])
    const type = action === 'create_doc' ? 'Folder' : 'Doc'
    return {
      user: `User:${random.below(size)}`,
      action,
      data: `${type}:${random.below(size)}`,
    }
  },
}

type Conditions = Record<'view' | 'open' | 'owned' | 'ownDoc' | 'ownFolder', string>

function perAction({ view, open, owned, ownDoc, ownFolder }: Conditions) {
  const read = [view, open, owned]
  const alone = { change_owner: [ownDoc], create_doc: [ownFolder] }
  return { read, write: [owned], share: [owned], ...alone }
}

function entitiesOf(size: number, random: Random): readonly Entity[] {
  const numbers = Array.from({ length: size }, (_, number) => number)
  const few = () => random.some(numbers, CONNECTED)
  const users = numbers.map((number): Entity => {
    const attributes = {
      view: `View:${number}`,
      ownedDocs: refs('Doc', few()),
      ownedFolders: refs('Folder', few()),
    } as const
    return { key: `User:${number}`, attributes, parents: refs('Group', few()) }
  })
  const groupViews = (parents: readonly Ref[]) =>
    parents.map((group) => group.replace('Group', 'GroupView') as Ref)
  const plain = (key: Ref, parents: readonly Ref[] = []): Entity => ({
    key,
    attributes: {},
    parents,
  })
  const views = () => [...refs('View', few()), ...refs('GroupView', few())]
  return [
    ...users,
    ...refs('Group', numbers).map((key) => plain(key)),
    // What a group sees, the view of each of its members sees too.
    ...numbers.map((number) =>
      plain(
        `GroupView:${number}`,
        users
          .filter(({ parents }) => groupViews(parents).includes(`GroupView:${number}`))
          .map(({ key }) => key.replace('User', 'View') as Ref),
      ),
    ),
    ...refs('View', numbers).map((key) => plain(key)),
    ...numbers.map((number): Entity => {
      const parents = [...refs('Folder', few()), ...views()]
      return { key: `Doc:${number}`, attributes: { isPublic: random.chance(0.5) }, parents }
    }),
    ...numbers.map((number) => {
      const above = refs('Folder', random.some(numbers.slice(0, number), CONNECTED))
      return plain(`Folder:${number}`, [...above, ...views()])
    }),
  ]
}
