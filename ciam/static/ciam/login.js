// The log-in page: one way in at a time, which stands in the page's address; a forgotten password, an unconfirmed
// address.
import { page, post, postWithProof, say } from "./signup-calls.js";
import { missingCode, startSending } from "./signup-codes.js";
import { clearDraft, keepTyped, recallMail } from "./signup-drafts.js";
import * as fields from "./signup-fields.js";
import { expectMail } from "./signup-mail.js";
import { startJudging } from "./signup-passwords.js";
import { byId, clear, fail, linkTo, show, summarize, turnTo } from "./signup-places.js";

const forms = [...document.querySelectorAll("form[data-way]")];
const links = [...document.querySelectorAll(".ways a")];
const summary = byId("summary");
const recover = byId("recover");

// The ways

const asked = () => location.hash.slice(1);

function turnToWay() {
    if (asked() === "reset" && recover) return turnTo("reset");
    const chosen = forms.find(form => form.dataset.way === asked()) ?? forms[0];
    for (const form of forms) form.hidden = form !== chosen;
    for (const link of links) {
        if (link.hash === `#${chosen.dataset.way}`) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
    }
    if (byId("asking").hidden) turnTo("asking");
}

function change() {
    clear([], summary);
    byId("news").textContent = "";
    turnToWay();
    if (byId("asking").hidden) fields.inputOf("forgotten").focus();
    else forms.find(form => !form.hidden).querySelector("input").focus();
}

// Logging in

const go = address => location.assign(address);

const bodyOf = form => Object.fromEntries(
    fields.namesIn(form).map(name => [name.endsWith("_code") ? "code" : name, fields.valueOf(name)])
);

function complaints(names) {
    const found = names.map(name => [name, fields.complaintOf(name)]).filter(([, words]) => words);
    if (found.length || !names[1]?.endsWith("_code")) return found;
    const missing = missingCode(names[0]);
    return missing ? [missing] : [];
}

function logIn(event) {
    event.preventDefault();
    const form = event.target;
    if (fields.isHeld(submitOf(form))) return;
    const names = fields.namesIn(form);
    byId("news").textContent = "";
    clear(names, summary);
    const wrong = complaints(names);
    if (wrong.length) show(wrong, summary);
    else attempt(form, form.dataset.way === "password" ? "/login" : "/login/verify", bodyOf(form));
}

async function attempt(form, path, body) {
    const working = form.querySelector("[data-working]");
    fields.hold(submitOf(form), true, say("submitting"));
    const result = await postWithProof(path, body, () => { working.textContent = say("proving"); });
    working.textContent = "";
    if (result.ok) return clearDraft(), go(result.answer.location);
    fields.hold(submitOf(form), false, say("login_submit"));
    const { error } = result.answer;
    if (error === "email_not_verified") {
        return expectMail(mailWords(body), ({ location: onward }) => onward ? go(onward) : repeat(form, path, body));
    }
    if (byId("asking").hidden) turnTo("asking");
    const [name] = fields.namesIn(form);
    fail({ ...result, about: "", fieldOf: { code: `${name}_code`, phone_number: name } }, summary);
    if (error === "user_not_found" && page.sign_up_url) {
        summarize(summary, say("login_unknown"), linkTo(page.sign_up_url, say("login_sign_up")));
    }
    if (error === "invalid_credentials") fields.inputOf("password").select();
}

// The address was confirmed elsewhere, by the link of the message.
function repeat(form, path, body) {
    askAgain();
    attempt(form, path, body);
}

function askAgain() {
    turnTo("asking");
    byId("news").textContent = say("mail_confirmed");
}

function mailWords({ username, email }) {
    const address = [email, username].find(typed => typed?.includes("@"));
    return address ? say("mail_text", { address }) : say("login_mail_text");
}

const submitOf = form => form.querySelector("button[type=submit]");

// A forgotten password

const RESET_FIELDS = {
    email: "forgotten",
    phone_number: "forgotten",
    email_code: "forgotten_code",
    phone_number_code: "forgotten_code",
    code: "forgotten_code",
    password: "new_password",
};

const addressOf = typed => ({ [typed.includes("@") ? "email" : "phone_number"]: typed });

function startRecovery() {
    const place = byId("reset-summary");
    const names = fields.namesIn(recover);
    const stopJudging = startJudging("new_password", () => addressOf(fields.valueOf("forgotten")));
    const options = { path: "/login/reset/code", bodyOf: addressOf, sentWord: "reset_sent", fieldOf: RESET_FIELDS };
    startSending("forgotten", { ...options, summary: place });

    recover.addEventListener("submit", async event => {
        event.preventDefault();
        if (fields.isHeld(submitOf(recover))) return;
        clear(names, place);
        const missing = fields.valueOf("forgotten") ? missingCode("forgotten") : null;
        const found = [missing, ...names.map(name => [name, fields.complaintOf(name)])].filter(one => one?.[1]);
        if (found.length) return show(found, place);
        stopJudging();
        fields.hold(submitOf(recover), true, say("submitting"));
        const [typed, code, password] = names.map(fields.valueOf);
        const result = await post("/login/reset", { ...addressOf(typed), code, password });
        fields.hold(submitOf(recover), false, say("reset_submit"));
        if (result.ok) finish(typed);
        else fail({ ...result, about: "", fieldOf: RESET_FIELDS }, place);
    });
}

function finish(typed) {
    clearDraft();
    recover.reset();
    fields.inputOf("forgotten").dispatchEvent(new Event("input", { bubbles: true })); // which the code belonged to
    history.replaceState(null, "", "#password");
    turnToWay();
    byId("news").textContent = say("reset_done");
    fields.inputOf("username").value = typed;
    fields.inputOf("password").value = "";
    fields.inputOf("password").focus();
}

// What the link knows already: a name to log in by, and what kinds of it there are

function suggest(hint) {
    const of = { username: true, email: hint.includes("@"), phone_number: /^\+?[\d\s()-]+$/.test(hint) };
    for (const [name, isFit] of Object.entries(of)) {
        const input = fields.inputOf(name);
        if (input && isFit && !input.value) input.value = hint;
    }
}

// Another tab may have logged in: then this address leads on, and one click is enough

async function lookAround() {
    if (document.visibilityState !== "visible") return;
    const answer = await fetch(location.href, { method: "HEAD", redirect: "manual" }).catch(() => null);
    if (answer?.type !== "opaqueredirect") return;
    const again = linkTo(location.pathname + location.search, say("login_go_on"));
    summarize(byId("news"), say("login_elsewhere"), again);
}

for (const form of [...forms, recover].filter(Boolean)) keepTyped(form);
for (const form of forms) {
    const [name] = fields.namesIn(form);
    if (form.querySelector("[data-needs-code]")) startSending(name, { path: "/login/code", summary });
    form.addEventListener("submit", logIn);
    submitOf(form).disabled = false;
}
for (const form of [...forms, recover].filter(Boolean)) {
    form.addEventListener("input", event => {
        const field = event.target.closest("[data-field]");
        if (field) fields.complain(field.dataset.field, "");
    });
}
if (recover) startRecovery();
if (page.login_hint) suggest(page.login_hint);
if (forms.length) {
    turnToWay();
    addEventListener("hashchange", change);
}
document.addEventListener("visibilitychange", lookAround);
const mail = page.is_mail_due ? say("login_mail_text") : recallMail();
if (mail) expectMail(mail, ({ location: onward }) => onward ? go(onward) : askAgain());
