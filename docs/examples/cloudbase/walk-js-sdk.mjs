// The same with the larger client, @cloudbase/js-sdk: codes, passwords, profile, a forgotten password, an anonymous visitor.
//
//   node walk-js-sdk.mjs http://localhost:8000 demo-shop ../../../.venv/bin/python ../../../manage.py

import { execFileSync } from 'node:child_process'
import cloudbase from '@cloudbase/js-sdk'

const [origin, clientId, python, manage] = process.argv.slice(2)
const email = `lan-${Date.now()}@example.com`
const phone = `139${String(Date.now()).slice(-8)}`

function newAuth() {
  const app = cloudbase.init({ env: clientId, clientId, lang: 'en-US' })
  app.registerEndPointWithKey({ key: 'GATEWAY', url: `//${new URL(origin).host}/v1`, protocol: 'http' })
  return app.auth
}

function codeFor(address) {
  const output = execFileSync(python, [manage, 'outbox', '--to', address, '--latest', '--json'], { stdio: ['ignore', 'pipe', 'ignore'] })
  return JSON.parse(output).code
}

function check(name, answer, isTrue = true) {
  if (answer?.error || !isTrue) { throw new Error(`${name}: ${JSON.stringify(answer?.error ?? answer)}`) }
  console.log(name)
}

function refused(name, answer, code) {
  const seen = JSON.stringify(answer.error ?? null)
  if (!answer.error || !seen.includes(code)) { throw new Error(`${name}: expected ${code}, got ${seen}`) }
  console.log(name)
}

const auth = newAuth()

const byEmail = await auth.signUp({ email, password: 'plum-Blossom 7', username: `lan${Date.now()}` })
check('a code was sent by e-mail', byEmail)
const wrong = await byEmail.data.verifyOtp({ token: '000000' })
refused('a wrong code is refused', wrong, 'verification')
const up = await byEmail.data.verifyOtp({ token: codeFor(email) })
check('signed up by e-mail', up)

const me = await auth.getUser()
check('user information', me, me.data.user.email === email)

const edited = await auth.updateUser({ nickname: 'Lan' })
check('profile edited', edited)
check('session refreshed', await auth.refreshSession())
check('signed out', await auth.signOut())

refused('a wrong password is refused', await auth.signInWithPassword({ email, password: 'not the password' }), 'invalid_username_or_password')
check('signed in by password', await auth.signInWithPassword({ email, password: 'plum-Blossom 7' }))
check('an unknown user name is free', null, await auth.isUsernameRegistered('no-such-user').then((taken) => taken === false))
await auth.signOut()

const forgotten = await auth.resetPasswordForEmail(email)
check('a code to reset the password was sent', forgotten)
check('the password is another', await forgotten.data.updateUser({ nonce: codeFor(email), password: 'another plum-Blossom 8' }))
await auth.signOut()
check('signed in by the new password', await auth.signInWithPassword({ email, password: 'another plum-Blossom 8' }))
await auth.signOut()

const otp = await auth.signInWithOtp({ phone })
check('a code was sent by SMS', otp)
check('signed up by phone', await otp.data.verifyOtp({ token: codeFor(phone) }))
await auth.signOut()

const visitor = await auth.signInAnonymously({})
check('an anonymous visitor is in', visitor)
check('and out again', await auth.signOut())
