import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { PortcullisError } from '../kernel/errors.ts'

/** A process, told from any later one with its number by when it was started. */
export interface ProcessId {
  readonly pid: number
  /** In ticks since the machine was started (proc(5), field 22 of `stat`). */
  readonly started: string
}

/** @throws PortcullisError `ATTESTATION_UNAVAILABLE` where nothing can be told of processes. */
export function checkPlatform(): void {
  if (process.platform === 'linux' && readStat(process.pid) !== undefined) return
  throw new PortcullisError(
    'ATTESTATION_UNAVAILABLE',
    'this platform has no /proc: who speaks to the endpoint cannot be told',
  )
}

/** The process of this number as it is now, and whose it is; nothing where there is none. */
export function processNow(pid: number): (ProcessId & { readonly uid: number }) | undefined {
  const stat = readStat(pid)
  if (stat === undefined) return undefined
  try {
    return { pid, started: stat.started, uid: statSync(`/proc/${pid}`).uid }
  } catch {
    // It ended in between.
    return undefined
  }
}

/** The file that a process executes; nothing where that is not to be told. */
export function executableOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/exe`)
  } catch {
    return undefined
  }
}

/** Who holds the other end of a connection: a process of a tree, another, or nobody any more. */
export type Holder = 'tree' | 'stranger' | 'gone'

/**
 * Who holds the other end of a loopback connection to us. The kernel is asked at the time of the
 * connection, and nothing else: `/proc/net/tcp` for the socket, the open files of the processes for
 * who holds it, and their parents for whose they are.
 */
export function holderOf({ port, peerPort }: LoopbackConnection, root: ProcessId): Holder {
  const ends = { from: peerPort, to: port }
  const inode = socketInode(ends)
  if (inode === undefined) return 'gone'
  if (treeOf(root).some((pid) => holds(pid, inode))) return 'tree'
  // It may have been closed while we looked; somebody who holds it now has held it all along.
  return socketInode(ends) === inode ? 'stranger' : 'gone'
}

/** A connection over 127.0.0.1. */
export interface LoopbackConnection {
  /** Ours. */
  readonly port: number
  readonly peerPort: number
}

/** The process and all that descend from it, as far as their parents still live. */
export function treeOf(root: ProcessId): readonly number[] {
  const children = new Map<number, number[]>()
  let alive = false
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const pid = Number(name)
    const stat = readStat(pid)
    if (stat === undefined) continue
    if (pid === root.pid) alive = stat.started === root.started
    children.set(stat.parent, [...(children.get(stat.parent) ?? []), pid])
  }
  if (!alive) return []
  const tree = [root.pid]
  for (const pid of tree) tree.push(...(children.get(pid) ?? []))
  return tree
}

/** `stat` names the program in brackets, which may hold anything: what counts stands behind it. */
function readStat(pid: number) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const [state = '', parent = ''] = fields
    const started = fields[19] ?? ''
    if (!/^\d+$/.test(started)) return undefined
    return { state, parent: Number(parent), started }
  } catch {
    return undefined
  }
}

/** In `/proc/net/tcp` a socket that no process holds any more has this inode. */
const NOBODY = '0'

/** 127.0.0.1 as the kernel writes it: the bytes in the order of the machine. */
const LOOPBACK = ['0100007F', '7F000001']

function socketInode({ from, to }: { readonly from: number; readonly to: number }) {
  const [header = '', ...lines] = readFileSync('/proc/net/tcp', 'latin1').split('\n')
  if (!header.includes('inode')) return undefined
  const found = lines
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = '', remote = '']) => isLoopback(local, from) && isLoopback(remote, to))
  // Field 9 is the inode; two sockets of the same pair of addresses cannot be.
  const inode = found.length === 1 ? found[0]?.[9] : undefined
  return inode === NOBODY ? undefined : inode
}

function isLoopback(address: string, port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  return LOOPBACK.some((host) => address === `${host}:${hex}`)
}

function holds(pid: number, inode: string): boolean {
  const folder = `/proc/${pid}/fd`
  try {
    return readdirSync(folder).some((fd) => linkOf(`${folder}/${fd}`) === `socket:[${inode}]`)
  } catch {
    // It has ended, or is not ours to look at: then nothing is known of it.
    return false
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}
