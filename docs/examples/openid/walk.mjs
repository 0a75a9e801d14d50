// An OpenID client off the shelf against this server: somebody signs up, logs in by password and by code, and out.
//
//   npm ci --ignore-scripts
//   node walk.mjs http://localhost:8000/t/demo demo-shop SECRET ../../../.venv/bin/python ../../../manage.py
//
// Issuer, client id and secret of the application; `make run` writes them to var/quickstart.json. Where your users have a
// browser, `follow` and `post` do what it and our pages do. The last two arguments read the code from the trial's outbox.

import { execFileSync } from 'node:child_process'
import * as client from 'openid-client'

const [issuer, clientId, secret, python, manage] = process.argv.slice(2)
const callback = 'http://localhost:3000/callback'
const email = `mei-${Date.now()}@example.com`
const password = 'plum-Blossom 7'
const cookies = new Map()

function check(name, isTrue) {
  if (!isTrue) { throw new Error(`not true: ${name}`) }
  console.log(name)
}

async function fails(name, call) {
  try {
    await call()
  } catch (error) {
    if (error.error === name) { return console.log(`refused as documented: ${name}`) }
    throw error
  }
  throw new Error(`expected ${name}, but it succeeded`)
}

// The browser

async function browse(url, options = {}) {
  const headers = new Headers(options.headers)
  if (cookies.size) { headers.set('Cookie', [...cookies].map((pair) => pair.join('=')).join('; ')) }
  const response = await fetch(url, { ...options, headers, redirect: 'manual' })
  for (const line of response.headers.getSetCookie()) { cookies.set(...line.split(';')[0].split('=')) }
  return response
}

// As far as the redirects lead: to the application, or to one of our pages.
async function follow(url) {
  for (let current = new URL(url); ;) {
    if (current.href.startsWith(callback)) { return { url: current } }
    const response = await browse(current)
    if (response.status === 302) { current = new URL(response.headers.get('Location'), current); continue }
    const page = await response.text()
    const found = /<script id="page" type="application\/json">(.*?)<\/script>/s.exec(page)
    return { url: current, status: response.status, page, state: found && JSON.parse(found[1]).state }
  }
}

async function post(page, path, body) {
  const headers = { 'Content-Type': 'application/json', 'X-Requested-With': 'XMLHttpRequest' }
  const response = await browse(new URL(path, page.url), { method: 'POST', headers, body: JSON.stringify({ ...body, state: page.state }) })
  return { status: response.status, ...await response.json() }
}

function codeFor(address) {
  const output = execFileSync(python, [manage, 'outbox', '--to', address, '--latest', '--json'], { stdio: ['ignore', 'pipe', 'ignore'] })
  return JSON.parse(output).code
}

// The application

async function begin(config, more = {}) {
  const verifier = client.randomPKCECodeVerifier()
  const checks = { pkceCodeVerifier: verifier, expectedState: client.randomState(), expectedNonce: client.randomNonce() }
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: callback,
    scope: 'openid',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    ...more,
  })
  return { checks, page: await follow(url) }
}

const isPlain = issuer.startsWith('http:') ? { execute: [client.allowInsecureRequests] } : {}
const config = await client.discovery(new URL(issuer), clientId, secret, undefined, isPlain)
check('discovered', config.serverMetadata().issuer === issuer)

const first = await begin(config, { prompt: 'create' })
check('sent to the sign-up page', first.page.url.pathname === '/signup')
await post(first.page, '/signup/code', { email })
const signedUp = await post(first.page, '/signup', { email, email_code: codeFor(email), password, name: 'Mei' })
check('signed up, and on to the application', signedUp.error === 'xhr_request')
const arrived = await follow(signedUp.location)
const tokens = await client.authorizationCodeGrant(config, arrived.url, first.checks)
const { sub } = tokens.claims()
check('the ID token is verified, with its nonce', Boolean(sub) && Boolean(tokens.claims().auth_time))
await fails('invalid_grant', () => client.authorizationCodeGrant(config, arrived.url, first.checks))

const silent = await begin(config, { prompt: 'none' })
const again = await client.authorizationCodeGrant(config, silent.page.url, silent.checks)
check('whoever is logged in comes back at once', again.claims().sub === sub)
const user = await client.fetchUserInfo(config, again.access_token, sub)
check('user information', user.email === email && user.name === 'Mei')

const renewed = await client.refreshTokenGrant(config, again.refresh_token)
check('refreshed: another refresh token', Boolean(renewed.refresh_token) && renewed.refresh_token !== again.refresh_token)
await client.tokenRevocation(config, renewed.refresh_token)
await fails('invalid_grant', () => client.refreshTokenGrant(config, renewed.refresh_token))

const out = await follow(client.buildEndSessionUrl(config, { id_token_hint: again.id_token }))
check('logged out', out.status === 200)
const nobody = await begin(config, { prompt: 'none' })
await fails('login_required', () => client.authorizationCodeGrant(config, nobody.page.url, nobody.checks))

const second = await begin(config, { login_hint: email })
check('sent to the log-in page', second.page.url.pathname === '/login')
const wrong = await post(second.page, '/login', { username: email, password: 'not the password' })
check('a wrong password is refused', wrong.status === 401 && wrong.error === 'invalid_credentials')
const entered = await post(second.page, '/login', { username: email, password })
const back = await client.authorizationCodeGrant(config, (await follow(entered.location)).url, second.checks)
check('logged in by password', back.claims().sub === sub)

const third = await begin(config, { prompt: 'login', max_age: '60' })
check('asked to log in once more', third.page.url.pathname === '/login')
await post(third.page, '/login/code', { email })
const verified = await post(third.page, '/login/verify', { email, code: codeFor(email) })
const byCode = await client.authorizationCodeGrant(config, (await follow(verified.location)).url, { ...third.checks, maxAge: 60 })
check('logged in by code', byCode.claims().sub === sub)
