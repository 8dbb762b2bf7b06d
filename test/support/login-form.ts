import assert from 'node:assert/strict'

/** A browser that keeps cookies and follows nothing by itself. None of our code. */
export class Browser {
  readonly #cookies = new Map<string, string>()
  /** What the last page was sent with. */
  headers = new Headers()

  async open(url: string | URL, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { ...(init.headers as Record<string, string>), ...(cookie && { cookie }) }
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    this.headers = response.headers
    return response
  }

  /** Follows redirects until there is a page, or the browser is sent to `until`. */
  async follow(url: string | URL, until: string): Promise<{ url: URL; page: string }> {
    let at = new URL(url)
    for (let hops = 0; hops < 10; hops++) {
      if (at.href.startsWith(until)) return { url: at, page: '' }
      const response = await this.open(at)
      const location = response.headers.get('location')
      if (location === null) return { url: at, page: await response.text() }
      at = new URL(location, at)
    }
    return assert.fail('too many redirects')
  }

  /** Fills in the login page at `url`, and follows where that leads. */
  async submit(url: URL, fields: Record<string, string>, until: string) {
    const response = await this.open(url, {
      method: 'POST',
      headers: {
        ...{ 'content-type': 'application/x-www-form-urlencoded', origin: url.origin },
      },
      body: new URLSearchParams({ decision: 'allow', ...fields }).toString(),
    })
    const location = response.headers.get('location')
    if (location !== null) return this.follow(new URL(location, url), until)
    return { url, page: await response.text() }
  }
}
