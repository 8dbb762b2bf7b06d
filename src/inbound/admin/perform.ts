import type { Static, TSchema } from 'typebox'
import { ADMIN_ROUTES } from '../../contract/admin-api.ts'
import type { AskedOfAdmin } from '../../kernel/admin/admin-call.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import type { AdminOperations } from './admin-operations.ts'

type Routes = typeof ADMIN_ROUTES

/** What is carried out and answered; a watch goes on instead. */
export type Command = Exclude<keyof Routes, 'watch'>

type Part<Name extends Command, Key extends string> = Key extends keyof Routes[Name]
  ? Routes[Name][Key] extends TSchema
    ? Static<Routes[Name][Key]>
    : never
  : unknown

/** A request that has the shape that its route asks for. */
interface Asked<Name extends Command> {
  readonly params: Part<Name, 'params'>
  readonly query: Part<Name, 'query'>
  readonly body: Part<Name, 'body'>
  readonly bearer?: string
}

type Performers = {
  readonly [Name in Command]: (
    operations: AdminOperations,
    asked: Asked<Name>,
  ) => object | Promise<object>
}

/** Which operation each route is. A route without one does not compile. */
const PERFORMERS: Performers = {
  status: (operations) => operations.status(),
  issueToken: (operations, { params, body }) => operations.issueToken(params.name, body),
  showAgent: (operations, { params }) => operations.showAgent(params.name),
  suspendAgent: (operations, { params, body }) => operations.suspendAgent(params.name, body),
  resumeAgent: (operations, { params, body }) => operations.resumeAgent(params.name, body),
  revokeAgent: (operations, { params, body }) => operations.revokeAgent(params.name, body),
  sessions: (operations) => operations.sessions(),
  endSession: (operations, { params, body }) => operations.endSession(params.id, body),
  tools: (operations) => operations.tools(),
  listServers: (operations) => operations.listServers(),
  showServer: (operations, { params }) => operations.showServer(params.name),
  addServer: (operations, { body }) => operations.addServer(body),
  removeServer: (operations, { params }) => operations.removeServer(params.name),
  toolPins: (operations, { query }) => operations.toolPins(query),
  reviewTools: (operations, { query }) => operations.reviewTools(query),
  readTool: (operations, { body }) => operations.readTool(body),
  approveTool: (operations, { body }) => operations.approveTool(body),
  rejectTool: (operations, { body }) => operations.rejectTool(body),
  budgets: (operations) => operations.budgets(),
  resetBudget: (operations, { params, body }) => operations.resetBudget(params.name, body),
  reloadPolicies: (operations) => operations.reloadPolicies(),
  pushPolicies: (operations, { body }) => operations.pushPolicies(body),
  rollbackPolicies: (operations, { body }) => operations.rollbackPolicies(body),
  listApprovals: (operations, { query }) => operations.listApprovals(query),
  showApproval: (operations, { params }) => operations.showApproval(params.id),
  voteApproval: (operations, { params, body, bearer }) =>
    operations.voteApproval(params.id, body, bearer),
  issueApproverToken: (operations, { params, body }) =>
    operations.issueApproverToken(params.name, body),
  keys: (operations) => operations.keys(),
  rotateKey: (operations, { body }) => operations.rotateKey(body),
  retireKey: (operations, { body }) => operations.retireKey(body),
  compromiseKey: (operations, { params, body }) => operations.compromiseKey(params.id, body),
  draftTrust: (operations, { body }) => operations.draftTrust(body),
  publishTrust: (operations, { body }) => operations.publishTrust(body),
  eraseSubject: (operations, { body }) => operations.eraseSubject(body),
  findSubject: (operations, { body }) => operations.findSubject(body),
  showPayloads: (operations, { params }) => operations.showPayloads(params.receipt),
  listHolds: (operations) => operations.listHolds(),
  addHold: (operations, { body }) => operations.addHold(body),
  removeHold: (operations, { params, body }) => operations.removeHold(params.id, body),
  prune: (operations, { body }) => operations.prune(body),
  showAcl: (operations, { body }) => operations.showAcl(body),
  grantAcl: (operations, { body }) => operations.grantAcl(body),
  revokeAcl: (operations, { body }) => operations.revokeAcl(body),
  agentKeys: (operations, { params }) => operations.agentKeys(params.name),
  addAgentKey: (operations, { params, body }) => operations.addAgentKey(params.name, body),
  removeAgentKey: (operations, { params }) => operations.removeAgentKey(params.name, params.kid),
  openRegistration: (operations, { params, body }) =>
    operations.openRegistration(params.name, body),
  users: (operations) => operations.users(),
  addUser: (operations, { body }) => operations.addUser(body),
  setPassword: (operations, { params, body }) => operations.setPassword(params.name, body),
  enrolTotp: (operations, { params }) => operations.enrolTotp(params.name),
  confirmTotp: (operations, { params, body }) => operations.confirmTotp(params.name, body),
  removeTotp: (operations, { params }) => operations.removeTotp(params.name),
  setUserState: (operations, { params, body }) => operations.setUserState(params.name, body),
  removeUser: (operations, { params }) => operations.removeUser(params.name),
  apiTokens: (operations) => operations.apiTokens(),
  createApiToken: (operations, { body }) => operations.createApiToken(body),
  revokeApiToken: (operations, { params }) => operations.revokeApiToken(params.id),
  issueSvid: (operations, { params, body }) => operations.issueSvid(params.name, body),
  endSvid: (operations, { params }) => operations.endSvid(params.serial),
  reportStrangers: (operations, { params, body }) =>
    operations.reportStrangers(params.serial, body),
  ca: (operations) => operations.ca(),
  rotateCa: (operations, { body }) => operations.rotateCa(body),
  listTenants: (operations) => operations.listTenants(),
  listSpaces: (operations) => operations.listSpaces(),
  listMembers: (operations) => operations.listMembers(),
  showMember: (operations, { params }) => operations.showMember(params.name),
  addMember: (operations, { body }) => operations.addMember(body),
  removeMember: (operations, { params }) => operations.removeMember(params.name),
  listRoles: (operations) => operations.listRoles(),
  grantRole: (operations, { params, body }) => operations.grantRole(params.name, body),
  revokeRole: (operations, { params, body }) => operations.revokeRole(params.name, body),
}

/**
 * Carries out what was asked by a route of the contract, and has the shape that it asks for.
 * @throws PortcullisError what the operation throws, `REQUEST_ROUTE_UNKNOWN`.
 */
export async function perform(
  operations: AdminOperations,
  { route, ...asked }: AskedOfAdmin,
): Promise<object> {
  if (!isCommand(route)) {
    throw new PortcullisError('REQUEST_ROUTE_UNKNOWN', `nothing is carried out for \`${route}\``)
  }
  // The door has checked the request against the schema that its type is made from.
  return PERFORMERS[route](operations, asked as never)
}

function isCommand(route: string): route is Command {
  return Object.hasOwn(PERFORMERS, route)
}

/** Every route that is carried out. */
export const COMMANDS: readonly Command[] = Object.keys(ADMIN_ROUTES).filter(isCommand)
