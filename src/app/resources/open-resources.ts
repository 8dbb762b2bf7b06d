import { aclOf } from '../../kernel/acl/acl.ts'
import { AclPolicies } from '../../kernel/acl/acl-decider.ts'
import type { Tenant } from '../../kernel/identity/tenant.ts'
import type { PolicySet } from '../../kernel/policy/policy-set.ts'
import type { AttributeSource, Clock, Connector, Ids } from '../../pipeline/ports.ts'
import { closing } from '../closing.ts'
import type { TenantConfig } from '../config.ts'
import { aclFile, storageDirectory } from '../data-files.ts'
import { openMemory } from '../open-memory.ts'
import { aclConnector, openAcls, openStorage, storageConnector } from '../parts.ts'
import { policiesBeside } from '../policies-beside.ts'
import type { Privacy } from '../privacy/open-privacy.ts'
import { withExistence } from './existence.ts'
import { mayReadObjects } from './may-read.ts'
import { storageNames } from './storage-names.ts'

export interface ResourcesOptions {
  readonly tenant: Tenant
  readonly policies: { current(): PolicySet }
  readonly attributes: AttributeSource
  readonly clock: Clock
  readonly ids: Ids
  readonly privacy: Privacy
}

export type Resources = Awaited<ReturnType<typeof openResources>>

/** Records, stored objects, and the lists of who may do what with them and other resources. */
export async function openResources(config: TenantConfig, options: ResourcesOptions) {
  const { tenant, clock, ids, privacy } = options
  const opened = closing()
  try {
    const memory = openMemory(config, tenant, privacy)
    opened.add(() => memory.close())
    const acls = openAcls(aclFile(config.dataDir))
    opened.add(() => acls.close())
    const folder = storageDirectory(config.dataDir)
    const bounds = { ...config.storage, clock, ids }
    const storage = await openStorage({ folder, tenants: [tenant], ...bounds })
    opened.add(() => storage.close())
    const lists = new AclPolicies((resource) => acls.of(tenant, resource))
    const policies = policiesBeside(options.policies, (set, { resource }) =>
      lists.beside(set, resource),
    )
    const exists = (name: string) =>
      storage.stat(tenant, name) !== undefined || acls.of(tenant, `storage/${name}`) !== undefined
    const attributes = withExistence(options.attributes, exists)
    const mayRead = mayReadObjects(policies, attributes)
    const { pseudonymOf } = privacy
    const stored = storageConnector({ storage, acls, tenant, mayRead, pseudonymOf })
    privacy.erasures.onErased(async (pseudonym) => {
      for (const name of await storage.erase(tenant, pseudonym)) {
        acls.change(tenant, `storage/${name}`, ({ resource }) => aclOf(resource, []))
      }
    })
    const stores = { ...memory.routes, ...storageRoutes(stored) }
    const routes = { ...stores, ...aclRoutes(aclConnector({ acls, tenant })) }
    const names = storageNames(options.policies, { storage, tenant })
    const parts = { acls, storage, policies, attributes, routes, names }
    return { ...parts, close: () => opened.close() }
  } catch (error) {
    await opened.close()
    throw error
  }
}

function storageRoutes(connector: Connector) {
  const changes = { 'storage.write': connector, 'storage.delete': connector } as const
  return { 'storage.read': connector, 'storage.list': connector, ...changes }
}

function aclRoutes(connector: Connector) {
  const changes = { 'acl.grant': connector, 'acl.revoke': connector } as const
  return { 'acl.show': connector, ...changes, 'acl.replace': connector }
}
