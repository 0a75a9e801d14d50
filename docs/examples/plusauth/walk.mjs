// The vendor's own client, unmodified, against this server: somebody signs up, and is refused as documented.
//
//   npm ci --ignore-scripts
//   node walk.mjs http://localhost:8000 demo-shop ../../../.venv/bin/python ../../../manage.py
//
// The client is made for browsers: Node lends it cookies and a location. The last two arguments read the code from the
// trial's outbox; your users read it from their mail.

import { execFileSync } from 'node:child_process'

const [base, clientId, python, manage] = process.argv.slice(2)
const email = `mei-${Date.now()}@example.com`
const password = 'plum-Blossom 7'
const cookies = new Map()
const fetchWithoutCookies = globalThis.fetch

globalThis.window = { location: { replace: (url) => { throw new Error(`sent to ${url}`) }, assign() {} } }
globalThis.fetch = async (url, options = {}) => {
  const headers = new Headers(options.headers)
  if (cookies.size) { headers.set('Cookie', [...cookies].map((pair) => pair.join('=')).join('; ')) }
  const response = await fetchWithoutCookies(url, { ...options, headers })
  for (const line of response.headers.getSetCookie()) { cookies.set(...line.split(';')[0].split('=')) }
  return response
}

const { PlusAuthWeb } = await import('@plusauth/web')
const { auth } = new PlusAuthWeb(base)

function check(name, isTrue) {
  if (!isTrue) { throw new Error(`not true: ${name}`) }
  console.log(name)
}

async function fails(name, field, call) {
  try {
    await call()
  } catch (error) {
    if (error.error === name && error.field === field) { return console.log(`refused as documented: ${name}`) }
    throw new Error(`expected ${name}, got ${JSON.stringify(error)}`)
  }
  throw new Error(`expected ${name}, but it succeeded`)
}

async function openPage() {
  cookies.clear()
  const page = await fetch(`${base}/signup?client_id=${clientId}`)
  check('the page begins a session', page.ok && cookies.has('session'))
}

async function askCode() {
  const headers = { 'Content-Type': 'application/json', 'X-Requested-With': 'XMLHttpRequest' }
  const sent = await fetch(`${base}/signup/code`, { method: 'POST', headers, body: JSON.stringify({ email }) })
  const { resend_in } = await sent.json()
  check('a code was sent', sent.ok && resend_in > 0)
  const found = execFileSync(python, [manage, 'outbox', '--to', email, '--latest', '--json'], { stdio: ['ignore', 'pipe', 'ignore'] })
  return JSON.parse(found).code
}

await fails('invalid_session', undefined, () => auth.signUp({ email, password }))

await openPage()
await fails('weak_password', 'password', () => auth.signUp({ email, password: 'password123' }))
await fails('invalid_entity', 'email', () => auth.signUp({ email: 'mei@', password }))
await fails('invalid_entity', 'email_verified', () => auth.signUp({ email, password, email_verified: true }))

const email_code = await askCode()
const before = cookies.get('session')
const user = await auth.signUp({ email, email_code, password, profile: { given_name: 'Mei' }, metadata: { plan: 'basic' } }, 'email')
check('signed up, with a proven address', Boolean(user.id) && user.email === email && user.email_verified === true)
check('the profile and the metadata are kept', user.profile.given_name === 'Mei' && user.metadata.plan === 'basic')
check('the session has another cookie', cookies.get('session') !== before)
await fails('invalid_session', undefined, () => auth.signUp({ email, password }))

await openPage()
await fails('already_exists', 'email', () => auth.signUp({ email: email.toUpperCase(), password }))
