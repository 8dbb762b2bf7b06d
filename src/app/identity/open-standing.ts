import type { Clock, Ids } from '../../pipeline/ports.ts'
import type { Closing } from '../closing.ts'
import { standingFile } from '../data-files.ts'
import { openStandingFile } from '../parts.ts'
import { StandingDesk, type StandingDeskOptions } from './standing-desk.ts'

interface StandingParts extends Pick<StandingDeskOptions, 'ledgerOf' | 'log'> {
  readonly clock: Clock
  readonly ids: Ids
  readonly opened: Closing
}

/** What was taken back until now. @throws PortcullisError `STANDING_UNAVAILABLE`. */
export function openStanding(
  dataDir: string,
  { opened, clock, ids, ...parts }: StandingParts,
): StandingDesk {
  const file = openStandingFile(standingFile(dataDir))
  opened.add(() => file.close())
  return new StandingDesk({ ...parts, file, ports: { clock, ids } })
}
