import { homedir, platform } from 'node:os'
import { join } from 'node:path'

/** Programs that start MCP servers, and write down how. */
export const CLIENTS = ['claude-desktop', 'claude-code', 'cursor', 'vscode'] as const
export type ClientName = (typeof CLIENTS)[number]

interface Home {
  readonly home: string
  readonly platform: NodeJS.Platform
  /** The project whose own files count too. */
  readonly project: string
}

export function thisHome(project: string): Home {
  return { home: homedir(), platform: platform(), project }
}

/** Where each client keeps its servers, those of the project first. */
export function filesOf(client: ClientName, { home, project, ...rest }: Home): readonly string[] {
  const settings = settingsFolder(home, rest.platform)
  switch (client) {
    case 'claude-desktop':
      return [join(settings, 'Claude', 'claude_desktop_config.json')]
    case 'claude-code':
      return [join(project, '.mcp.json'), join(home, '.claude.json')]
    case 'cursor':
      return [join(project, '.cursor', 'mcp.json'), join(home, '.cursor', 'mcp.json')]
    case 'vscode':
      return [join(project, '.vscode', 'mcp.json'), join(settings, 'Code', 'User', 'mcp.json')]
  }
}

function settingsFolder(home: string, system: NodeJS.Platform): string {
  if (system === 'darwin') return join(home, 'Library', 'Application Support')
  if (system === 'win32') return join(home, 'AppData', 'Roaming')
  return join(home, '.config')
}
