// The vendor's own client, unmodified, against this server: up, in, around and out again.
//
//   npm ci --ignore-scripts
//   node walk.mjs http://localhost:8000 demo-shop ../../../.venv/bin/python ../../../manage.py
//
// The last two arguments read the code from the trial's outbox; your users read it from their phones.

import { execFileSync } from 'node:child_process'
import { CloudbaseOAuth } from '@cloudbase/oauth'

const [apiOrigin, clientId, python, manage] = process.argv.slice(2)
const phone = `+86 139${String(Date.now()).slice(-8)}`
const email = `mei-${Date.now()}@example.com`
const secondEmail = `lan-${Date.now()}@example.com`
const password = 'plum-Blossom 7'

function newClient() {
  const kept = new Map()
  const storage = {
    getItem: async (key) => kept.get(key) ?? null,
    setItem: async (key, value) => void kept.set(key, value),
    removeItem: async (key) => void kept.delete(key),
    getItemSync: (key) => kept.get(key) ?? null,
    setItemSync: (key, value) => void kept.set(key, value),
    removeItemSync: (key) => void kept.delete(key),
  }
  return new CloudbaseOAuth({ apiOrigin, clientId, env: clientId, storage, i18n: { t: (text) => text } })
}

function codeFor(address) {
  const output = execFileSync(python, [manage, 'outbox', '--to', address, '--latest', '--json'], { stdio: ['ignore', 'pipe', 'ignore'] })
  return JSON.parse(output).code
}

async function prove(auth, contact, target) {
  const sent = await auth.getVerification({ ...contact, target })
  const address = contact.phone_number ?? contact.email
  const verified = await auth.verify({ verification_id: sent.verification_id, verification_code: codeFor(address) })
  return { isUser: sent.is_user, token: verified.verification_token }
}

async function fails(name, call) {
  try {
    await call()
  } catch (error) {
    if (error.error === name) { return console.log(`refused as documented: ${name}`) }
    throw new Error(`expected ${name}, got ${JSON.stringify(error)}`)
  }
  throw new Error(`expected ${name}, but it succeeded`)
}

function check(name, isTrue) {
  if (!isTrue) { throw new Error(`not true: ${name}`) }
  console.log(name)
}

const app = newClient()
const auth = app.authApi

await fails('invalid_verification_code', async () => {
  const sent = await auth.getVerification({ email, target: 'ANY' })
  await auth.verify({ verification_id: sent.verification_id, verification_code: 'wrong' })
})

const proof = await prove(auth, { phone_number: phone }, 'ANY')
check('the phone number is new', !proof.isUser)
await auth.signUp({ phone_number: phone, verification_token: proof.token, username: `mei${Date.now()}`, password })
const user = await auth.getUserInfo()
check('signed up by phone, and in', user.phone_number === phone && Boolean(user.sub))
await fails('already_exists', () => auth.signUp({ phone_number: phone, verification_token: proof.token }))

const before = (await app.oauth2client.getCredentials()).refresh_token
await auth.refreshTokenForce()
const after = (await app.oauth2client.getCredentials()).refresh_token
check('refreshed: the old refresh token is replaced', before !== after)
await Promise.all(Array.from({ length: 20 }, () => auth.refreshTokenForce()))
check('twenty refreshes at once leave it signed in', (await auth.getUserInfo()).sub === user.sub)

await auth.signOut()
await fails('invalid_username_or_password', () => auth.signIn({ username: phone, password: 'not the password' }))
await auth.signIn({ username: phone, password })
check('signed in by password', (await auth.getUserInfo()).sub === user.sub)

await auth.signOut()
const again = await prove(auth, { phone_number: phone }, 'USER').catch((error) => {
  if (error.error !== 'rate_limit_exceeded' && error.error !== 'resource_exhausted') { throw error }
  console.log('a second code within the interval is refused, as it should be')
})
if (again) {
  await auth.signIn({ username: phone, verification_token: again.token })
  check('signed in by code', (await auth.getUserInfo()).sub === user.sub)
}

const visitor = newClient()
await visitor.authApi.signInAnonymously()
const nobody = await visitor.authApi.getUserInfo()
const emailProof = await prove(newClient().authApi, { email: secondEmail }, 'ANY')
const { access_token } = await visitor.oauth2client.getCredentials()
await visitor.authApi.signUp({ email: secondEmail, verification_token: emailProof.token, password, anonymous_token: access_token })
const somebody = await visitor.authApi.getUserInfo()
check('an anonymous visitor signed up by e-mail, and is the same user', somebody.sub === nobody.sub && somebody.email === secondEmail)

const { sudo_token } = await visitor.authApi.sudo({ password })
await visitor.authApi.setPassword({ new_password: 'another plum-Blossom 8', sudo_token })
const sudo = await visitor.authApi.sudo({ password: 'another plum-Blossom 8' })
check('the password is another', Boolean(sudo.sudo_token))
await visitor.authApi.deleteMe({ sudo_token: sudo.sudo_token })
await fails('invalid_username_or_password', () => newClient().authApi.signIn({ username: secondEmail, password: 'another plum-Blossom 8' }))
check('deleted', true)
