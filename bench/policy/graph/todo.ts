import { type App, CONNECTED } from './app.ts'
import { type Entity, refs } from './entities.ts'

const EDITING = ['update_list', 'create_task', 'update_task', 'delete_task'] as const
const ON_LISTS = ['get_list', 'delete_list', ...EDITING] as const
const ON_APP = ['create_list', 'get_lists'] as const

/**
 * To-do lists with an owner, and teams that read or edit them, after the application of the same
 * kind in the evaluation of Cedar (OOPSLA 2024).
 */
export const todo: App = {
  name: 'todo',
  embedded: [],
  portcullis: `policy todo {
  allow: [todo.create_list, todo.get_lists] if data.id == "App:todo"
  allow: todo.* if data has owner && data.owner == user.id
  allow: todo.get_list if user.within.contains(data.readers) || user.within.contains(data.editors)
  allow: [todo.update_list, todo.create_task, todo.update_task, todo.delete_task]
    if user.within.contains(data.editors)
}`,
  cedar: `
permit (
  principal, action in [Action::"create_list", Action::"get_lists"], resource == App::"todo"
);
permit (principal, action, resource) when { resource has owner && resource.owner == principal };
permit (principal, action == Action::"get_list", resource)
  when { principal in resource.readers || principal in resource.editors };
permit (principal, action in [${EDITING.map((name) => `Action::"${name}"`).join(', ')}], resource)
  when { principal in resource.editors };`,
  cel: perAction({
    app: 'data.id == "App:todo"',
    owner: 'has(data.owner) && data.owner == user.id',
    either: 'data.readers in user.within || data.editors in user.within',
    editor: 'data.editors in user.within',
  }),
  casbin: perAction({
    app: 'r.data.id == "App:todo"',
    owner: 'r.data.owner == r.user.id',
    either: 'has(r.user.within, r.data.readers) || has(r.user.within, r.data.editors)',
    editor: 'has(r.user.within, r.data.editors)',
  }),
  casl: ({ id, within }) => {
    const subject = 'data'
    return [
      { action: ON_APP, subject, conditions: { id: 'App:todo' } },
      { action: 'manage', subject, conditions: { owner: id } },
      { action: 'get_list', subject, conditions: { readers: { $in: within } } },
      { action: ['get_list', ...EDITING], subject, conditions: { editors: { $in: within } } },
    ]
  },
  entities: (size, random) => {
    const numbers = Array.from({ length: size }, (_, number) => number)
    const teams = (among: readonly number[]) => refs('Team', random.some(among, CONNECTED))
    return numbers.reduce<Entity[]>(
      (found, number) => {
        const attributes = {
          owner: `User:${random.below(size)}`,
          readers: `Team:${random.below(size)}`,
          editors: `Team:${random.below(size)}`,
        } as const
        found.push(
          { key: `Team:${number}`, attributes: {}, parents: teams(numbers.slice(0, number)) },
          { key: `User:${number}`, attributes: {}, parents: teams(numbers) },
          { key: `List:${number}`, attributes, parents: ['App:todo'] },
        )
        return found
      },
      [{ key: 'App:todo', attributes: {}, parents: [] }],
    )
  },
  request: (size, random) => {
    const action = random.pick([...ON_APP, ...ON_LISTS])
    const onApp = ON_APP.some((name) => name === action)
    const data = onApp ? 'App:todo' : (`List:${random.below(size)}` as const)
    return { user: `User:${random.below(size)}`, action, data }
  },
}

type Conditions = Record<'app' | 'owner' | 'either' | 'editor', string>

function perAction({ app, owner, either, editor }: Conditions): Record<string, readonly string[]> {
  return {
    ...Object.fromEntries(ON_APP.map((action) => [action, [app, owner]])),
    ...Object.fromEntries(EDITING.map((action) => [action, [owner, editor]])),
    get_list: [owner, either],
    delete_list: [owner],
  }
}
