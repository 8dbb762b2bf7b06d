import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { Client } from 'ldapts'
import { freePort } from './free-port.ts'

const SLAPD = '/usr/sbin/slapd'
/** Connections that are tried until it listens, and how long between them. */
const ATTEMPTS = 200
const ATTEMPT_EVERY_MS = 25
const SUFFIX = 'dc=test,dc=local'
const ROOT = `cn=root,${SUFFIX}`
const ROOT_PASSWORD = 'of the test alone'

/** A directory server of its own, in a scratch folder. */
export interface RunningSlapd {
  readonly ldap: string
  readonly ldaps: string
  /** File of the only certificate authority that it is known by. */
  readonly ca: string
  /** Who may look people up. */
  readonly bind: { readonly dn: string; readonly password: string }
  /** What it was asked, as its log has it. */
  readonly asked: () => string
  stop(): Promise<void>
}

/** People of the directory: `ana` and `bob`; the password is the name and ` of the house`. */
export const PEOPLE = `ou=people,${SUFFIX}`
export const OPS_GROUP = `cn=ops,ou=groups,${SUFFIX}`

const LDIF = `dn: ${SUFFIX}
objectClass: dcObject
objectClass: organization
o: test
dc: test

dn: ${PEOPLE}
objectClass: organizationalUnit
ou: people

dn: ou=groups,${SUFFIX}
objectClass: organizationalUnit
ou: groups

dn: ou=elsewhere,${PEOPLE}
objectClass: referral
objectClass: extensibleObject
ou: elsewhere
ref: ldap://127.0.0.1:1/${SUFFIX}

dn: cn=lookup,${SUFFIX}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: lookup
userPassword: looks people up

dn: uid=ana,${PEOPLE}
objectClass: inetOrgPerson
cn: Ana
sn: A
uid: ana
employeeType: secret
userPassword: ana of the house

dn: uid=bob,${PEOPLE}
objectClass: inetOrgPerson
cn: Bob
sn: B
uid: bob
userPassword: bob of the house

dn: uid=twin,${PEOPLE}
objectClass: inetOrgPerson
cn: Twin
sn: T
uid: twin
userPassword: twin of the house

dn: cn=twin,${PEOPLE}
objectClass: inetOrgPerson
cn: twin
sn: T
uid: twin
userPassword: twin of the house
`

/**
 * Starts Debian's slapd as a child.
 * @throws Error that says what to install where there is none.
 */
export async function startSlapd(): Promise<RunningSlapd> {
  if (!existsSync(SLAPD)) {
    throw new Error('slapd is missing: run `apt-get install slapd`, or `npm test` as root')
  }
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-slapd-'))
  const [plain, tls] = [await freePort(), await freePort()]
  const [ldap, ldaps] = [`ldap://127.0.0.1:${plain}`, `ldaps://127.0.0.1:${tls}`]
  const [config, seed] = writeSetUp(folder)
  // Before it runs, and without it: so that there is no moment in which it has no entries.
  execFileSync(SLAPD, ['-T', 'add', '-f', config, '-l', seed], { stdio: 'ignore' })
  const server = spawn(SLAPD, ['-f', config, '-h', `${ldap}/ ${ldaps}/`, '-d', 'stats'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const kill = () => void server.kill('SIGKILL')
  process.once('exit', kill)
  const said: string[] = []
  const lines = createInterface({ input: server.stderr })
  const ready = Promise.withResolvers<void>()
  lines.on('line', (line) => {
    said.push(line)
    if (line.includes('slapd starting')) ready.resolve()
  })
  lines.on('close', () => ready.reject(new Error(`slapd did not start:\n${said.join('\n')}`)))
  try {
    await ready.promise
    await reached(plain)
    await reached(tls)
    await addGroup(ldap)
  } catch (error) {
    kill()
    throw error
  }
  return {
    ...{ ldap, ldaps, ca: join(folder, 'cert.pem') },
    bind: { dn: `cn=lookup,${SUFFIX}`, password: 'looks people up' },
    asked: () => said.join('\n'),
    async stop() {
      const ended = once(server, 'exit')
      process.off('exit', kill)
      server.kill('SIGINT')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** It says that it starts a moment before it listens, and nothing once it does. */
async function reached(port: number): Promise<void> {
  for (let attempts = 0; ; attempts += 1) {
    const socket = connect(port, '127.0.0.1')
    try {
      await once(socket, 'connect')
      return
    } catch (error) {
      if (attempts >= ATTEMPTS) throw error
      await setTimeout(ATTEMPT_EVERY_MS)
    } finally {
      socket.destroy()
    }
  }
}

/** While it runs: only then does the directory tell the members that they are in it. */
async function addGroup(url: string): Promise<void> {
  const client = new Client({ url })
  await client.bind(ROOT, ROOT_PASSWORD)
  const group = { objectClass: 'groupOfNames', cn: 'ops', member: `uid=ana,${PEOPLE}` }
  await client.add(OPS_GROUP, group)
  await client.unbind()
}

function writeSetUp(folder: string): readonly [config: string, seed: string] {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
      ...['-keyout', key, '-out', cert, '-subj', '/CN=directory', '-days', '1'],
      ...['-addext', 'subjectAltName=IP:127.0.0.1'],
    ],
    { stdio: 'ignore' },
  )
  const data = join(folder, 'data')
  mkdirSync(data)
  const config = join(folder, 'slapd.conf')
  const schemas = ['core', 'cosine', 'inetorgperson']
  const lines = [
    ...schemas.map((schema) => `include /etc/ldap/schema/${schema}.schema`),
    ...['modulepath /usr/lib/ldap', 'moduleload back_mdb', 'moduleload memberof'],
    ...[`TLSCertificateFile ${cert}`, `TLSCertificateKeyFile ${key}`, 'TLSProtocolMin 3.3'],
    // Some servers let an anonymous bind pass that names somebody: RFC 4513 section 5.1.2.
    'allow bind_anon_cred bind_anon_dn',
    ...['database mdb', `suffix "${SUFFIX}"`, `directory ${data}`, 'overlay memberof'],
    ...[`rootdn "${ROOT}"`, `rootpw "${ROOT_PASSWORD}"`],
    ...['access to attrs=userPassword by anonymous auth by * none', 'access to * by users read'],
  ]
  writeFileSync(config, `${lines.join('\n')}\n`)
  const seed = join(folder, 'seed.ldif')
  writeFileSync(seed, LDIF)
  return [config, seed]
}
