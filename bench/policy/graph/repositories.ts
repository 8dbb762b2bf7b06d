import { type App, CONNECTED } from './app.ts'
import { type Entity, type Ref, refs } from './entities.ts'

const LEVELS = ['readers', 'triagers', 'writers', 'maintainers', 'admins'] as const
const OWNER_LEVELS = ['readers', 'writers', 'admins'] as const
const ACTIONS = ['read', 'triage', 'write', 'maintain', 'admin'] as const

/**
 * Repositories with five levels of access, and organisations that own them, after the application
 * of the same kind in the evaluation of Cedar (OOPSLA 2024). A level holds those below it.
 */
export const repositories: App = {
  name: 'repositories',
  embedded: ['owner'],
  portcullis: `policy repositories {
  allow: repo.read if user.within.contains(data.readers)
  allow: [repo.read, repo.triage] if user.within.contains(data.triagers)
  allow: [repo.read, repo.triage, repo.write] if user.within.contains(data.writers)
  allow: [repo.read, repo.triage, repo.write, repo.maintain]
    if user.within.contains(data.maintainers)
  allow: [repo.read, repo.triage, repo.write, repo.maintain, repo.admin]
    if user.within.contains(data.admins)
  allow: repo.read if user.within.contains(data.owner.readers)
  allow: [repo.read, repo.triage, repo.write] if user.within.contains(data.owner.writers)
  allow: [repo.read, repo.triage, repo.write, repo.maintain, repo.admin]
    if user.within.contains(data.owner.admins)
}`,
  cedar: `
permit (principal, action == Action::"read", resource) when { principal in resource.readers };
permit (principal, action in Action::"triage", resource) when { principal in resource.triagers };
permit (principal, action in Action::"write", resource) when { principal in resource.writers };
permit (principal, action in Action::"maintain", resource)
  when { principal in resource.maintainers };
permit (principal, action in Action::"admin", resource) when { principal in resource.admins };
permit (principal, action == Action::"read", resource)
  when { principal in resource.owner.readers };
permit (principal, action in Action::"write", resource)
  when { principal in resource.owner.writers };
permit (principal, action in Action::"admin", resource)
  when { principal in resource.owner.admins };`,
  actions: { read: 'triage', triage: 'write', write: 'maintain', maintain: 'admin' },
  cel: perAction((path) => `data.${path} in user.within`),
  casbin: perAction((path) => `has(r.user.within, r.data.${path})`),
  casl: ({ within }) =>
    Object.entries(perAction((path) => path)).flatMap(([action, paths]) =>
      paths.map((path) => ({ action, subject: 'data', conditions: { [path]: { $in: within } } })),
    ),
  entities: (size, random) => {
    const numbers = Array.from({ length: size }, (_, number) => number)
    const few = (among = numbers) => random.some(among, CONNECTED)
    const levels = (kind: string, of: number, names: readonly string[]) =>
      Object.fromEntries(names.map((name) => [name, `${kind}Level:${of}_${name}` as Ref]))
    const some = (kind: string, names: readonly string[]) =>
      few().map((of): Ref => `${kind}Level:${of}_${random.pick(names)}`)
    return numbers.flatMap((number): Entity[] => {
      const owner = `Org:${random.below(size)}` as const
      const [own, owned] = [levels('Org', number, OWNER_LEVELS), levels('Repo', number, LEVELS)]
      const teams = refs('Team', few(numbers.slice(0, number)))
      const member = [...refs('Team', few()), ...refs('Org', few())]
      return [
        { key: `Org:${number}`, attributes: own, parents: some('Org', OWNER_LEVELS) },
        { key: `Repo:${number}`, attributes: { ...owned, owner }, parents: [] },
        ...[...Object.values(own), ...Object.values(owned)].map(bare),
        { key: `Team:${number}`, attributes: {}, parents: [...teams, ...some('Repo', LEVELS)] },
        {
          key: `User:${number}`,
          attributes: {},
          parents: [...member, ...some('Repo', LEVELS), ...some('Org', OWNER_LEVELS)],
        },
      ]
    })
  },
  request: (size, random) => ({
    user: `User:${random.below(size)}`,
    action: random.pick(ACTIONS),
    data: `Repo:${random.below(size)}`,
  }),
}

function bare(key: Ref): Entity {
  return { key, attributes: {}, parents: [] }
}

/** The paths whose holders may carry out each action: those of its level and of all above. */
function perAction(condition: (path: string) => string): Record<string, readonly string[]> {
  const below = (action: number, level: number) => action <= level
  return Object.fromEntries(
    ACTIONS.map((action, rank) => {
      const own = LEVELS.filter((_, level) => below(rank, level))
      const owner = OWNER_LEVELS.filter((name) => below(rank, LEVELS.indexOf(name)))
      return [action, [...own, ...owner.map((name) => `owner.${name}`)].map(condition)]
    }),
  )
}
