import type { TenantParts } from '../tenant/open-tenant.ts'

type Watched = Pick<TenantParts, 'servers' | 'signatures'>

/** Verifies the tools that are there now, and from now on those that come. */
export async function watchSignatures({ servers, signatures }: Watched): Promise<void> {
  servers.onToolsChanged(() => void signatures.look(servers.tools()))
  await signatures.look(servers.tools())
}

/** Calls a listener when other tools may be shown: many verdicts at once are one change. */
export function offerChanges({ servers, signatures }: Watched) {
  return (listener: () => void) => {
    let told = true
    const tell = () => {
      told = true
      listener()
    }
    const stopTools = servers.onToolsChanged(listener)
    const stopVerdicts = signatures.onVerdict(() => {
      if (told) setImmediate(tell)
      told = false
    })
    return () => {
      stopTools()
      stopVerdicts()
    }
  }
}
