/** What a task needs of the machine beyond Node, and how a Debian machine gets it. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { say } from './bootstrap.js'

/** Where Debian keeps servers, by version. */
const POSTGRESQL = '/usr/lib/postgresql'

/** @typedef {keyof typeof NEEDS} Need */
const NEEDS = {
  openssl: { debian: 'openssl', present: () => onPath('openssl') },
  go: { debian: 'golang-go', present: () => onPath('go') },
  strace: { debian: 'strace', present: () => onPath('strace') },
  chromium: { debian: 'chromium', present: () => onPath('chromium') },
  glewlwyd: { debian: 'glewlwyd', present: () => existsSync('/usr/bin/glewlwyd') },
  slapd: { debian: 'slapd', present: () => existsSync('/usr/sbin/slapd') },
  sumdb: {
    debian: 'golang-golang-x-mod-dev',
    present: () => existsSync('/usr/share/gocode/src/golang.org/x/mod/sumdb/note'),
  },
  postgresql: {
    debian: 'postgresql',
    present: () => versions().some((it) => existsSync(join(POSTGRESQL, it, 'bin', 'initdb'))),
  },
}

const LOCK_WAIT_SECONDS = 300

/**
 * Returns when all `needs` are met; installs Debian packages if it may, and otherwise throws an
 * error that names what is missing and the command that helps.
 * @param {readonly Need[]} needs
 * @param {boolean} asRoot
 */
export function provide(needs, asRoot = process.getuid?.() === 0) {
  const packages = missing(needs)
  if (packages.length === 0) return
  const line = `apt-get install -y --no-install-recommends ${packages.join(' ')}`
  if (!onPath('apt-get')) {
    throw new Error(`missing: ${packages.join(', ')} (Debian names); this machine has no apt-get`)
  }
  if (!asRoot) {
    throw new Error(`missing: ${packages.join(', ')}\n  run: sudo apt-get update && sudo ${line}`)
  }
  say(`installing ${packages.join(', ')} (apt-get)`)
  apt(['update', '-qq'])
  const install = ['install', '-qq', '-y', '--no-install-recommends', ...packages]
  withoutServices(packages, () => apt(install))
  const left = missing(needs)
  if (left.length > 0) throw new Error(`still missing after apt-get: ${left.join(', ')}`)
}

/** @param {readonly Need[]} needs */
function missing(needs) {
  return needs.filter((need) => !NEEDS[need].present()).map((need) => NEEDS[need].debian)
}

/**
 * Debian asks this file before it starts the service of a package that it installs: tests start
 * their own servers, and nobody else may reach one of them.
 */
const POLICY = '/usr/sbin/policy-rc.d'
const START_NOTHING = '#!/bin/sh\nexit 101\n'

const SERVICES = ['glewlwyd', 'postgresql', 'slapd']

/**
 * @param {readonly string[]} packages
 * @param {() => void} work
 */
function withoutServices(packages, work) {
  if (existsSync(POLICY) || !packages.some((name) => SERVICES.includes(name))) return work()
  writeFileSync(POLICY, START_NOTHING, { mode: 0o755 })
  try {
    work()
  } finally {
    rmSync(POLICY)
  }
}

/** @param {string[]} args */
function apt(args) {
  const { status, error } = spawnSync(
    'apt-get',
    ['-o', `DPkg::Lock::Timeout=${LOCK_WAIT_SECONDS}`, '-o', 'Dpkg::Use-Pty=0', ...args],
    { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } },
  )
  if (error) throw new Error(`apt-get could not be started: ${error.message}`)
  if (status !== 0) throw new Error(`apt-get ${args[0]} failed (exit ${status})`)
}

/** @returns {string[]} */
function versions() {
  return existsSync(POSTGRESQL) ? readdirSync(POSTGRESQL) : []
}

/** @param {string} command */
function onPath(command) {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.some((folder) => folder !== '' && existsSync(join(folder, command)))
}
