import type { Log } from '../../pipeline/ports.ts'
import type { Closing } from '../closing.ts'
import { standingFile } from '../data-files.ts'
import { openStandingFile } from '../parts.ts'
import type { EventPorts } from '../record-event.ts'
import { StandingDesk } from './standing-desk.ts'

interface StandingParts extends EventPorts {
  readonly log: Log
  readonly opened: Closing
}

/** What was taken back until now. @throws PortcullisError `STANDING_UNAVAILABLE`. */
export function openStanding(
  dataDir: string,
  { log, opened, ...ports }: StandingParts,
): StandingDesk {
  const file = openStandingFile(standingFile(dataDir))
  opened.add(() => file.close())
  return new StandingDesk({ file, ports, log })
}
