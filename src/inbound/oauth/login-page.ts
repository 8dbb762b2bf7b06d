import { createHash } from 'node:crypto'

/** What the page tells the human who is about to consent. */
export interface LoginPage {
  readonly action: string
  /** The agent that wants to act for the human. */
  readonly agent: string
  /** What a registered client calls itself, which proves nothing. */
  readonly clientName?: string | undefined
  readonly scopes: readonly string[]
  /** Host or scheme that the browser goes back to. */
  readonly back: string
  /** How long the consent holds, in milliseconds. */
  readonly consentTtlMs: number
  /** Why the login before was refused. */
  readonly refusal?: string | undefined
}

const STYLE = `
body{font:16px/1.5 system-ui,sans-serif;max-width:28rem;margin:3rem auto;padding:0 1rem}
label{display:block;margin:1rem 0}
input{display:block;width:100%;padding:.5rem;font:inherit;box-sizing:border-box}
button{padding:.5rem 1rem;font:inherit;margin-right:.5rem}
.refusal{border-left:.25rem solid #b00020;padding-left:.75rem}`

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')

/** Headers of every page of ours: no script, no frame, nothing from elsewhere, never kept. */
export function pageHeaders(formTarget?: string): Readonly<Record<string, string>> {
  const policy = [
    ...["default-src 'none'", `style-src 'sha256-${STYLE_HASH}'`, "base-uri 'none'"],
    ...["frame-ancestors 'none'", `form-action 'self'${formTarget ? ` ${formTarget}` : ''}`],
  ]
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy.join('; '),
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    // With `no-referrer` the form would be sent with `Origin: null`, which the listener refuses.
    'referrer-policy': 'same-origin',
    'cache-control': 'no-store',
  }
}

export function loginPage(page: LoginPage): string {
  const { action, agent, clientName, scopes, back, consentTtlMs, refusal } = page
  const named = clientName === undefined || clientName === agent
  const calls = named ? '' : ` It calls itself “${escaped(clientName)}”.`
  const hours = Math.max(1, Math.round(consentTtlMs / 3_600_000))
  return document(
    'Log in and allow',
    `<h1>Log in</h1>
${refusal === undefined ? '' : `<p class="refusal" role="alert">${escaped(refusal)}</p>`}
<p>The agent <strong>${escaped(agent)}</strong> wants to act for you.${calls} It may then ask for
these operations, as far as the policies let it, for ${hours} h at the most:</p>
<ul>${scopes.map((scope) => `<li><code>${escaped(scope)}</code></li>`).join('')}</ul>
<p>Your browser goes back to <strong>${escaped(back)}</strong>.</p>
<form method="post" action="${escaped(action)}" autocomplete="on">
<label>Name <input name="name" autocomplete="username" required maxlength="128" autofocus></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required
 maxlength="1024"></label>
<label>Code, if you have an authenticator <input name="code" inputmode="numeric"
 autocomplete="one-time-code" maxlength="64"></label>
<button name="decision" value="allow">Log in and allow</button>
<button name="decision" value="deny" formnovalidate>Refuse</button>
</form>`,
  )
}

/** A page that says what is wrong, and leads nowhere. */
export function errorPage(text: string): string {
  return document('Not possible', `<h1>Not possible</h1>\n<p>${escaped(text)}</p>`)
}

function document(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title} · Portcullis</title>
<meta name="viewport" content="width=device-width"><style>${STYLE}</style></head>
<body>
${body}
</body></html>
`
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
