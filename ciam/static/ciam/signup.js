// The sign-up page: codes are sent and counted down, passwords are judged while they are typed, errors stand by fields.
import { post, say } from "./signup-calls.js";
import { missingCode, startSending } from "./signup-codes.js";
import { clearDraft, keepTyped, recallMail } from "./signup-drafts.js";
import * as fields from "./signup-fields.js";
import { expectMail } from "./signup-mail.js";
import { startJudging } from "./signup-passwords.js";
import { byId, clear, fail, goTo, show, turnTo } from "./signup-places.js";

const form = byId("sign-up");
const submit = form.querySelector("button[type=submit]");

function complaints(names) {
    const found = names.map(name => [name, fields.complaintOf(name)]).filter(([, words]) => words);
    const group = byId("one-of");
    if (group && !fields.namesIn(group).some(name => fields.typedValueOf(name))) {
        found.unshift(["one-of", say("error_one_of")]);
    }
    for (const field of form.querySelectorAll("[data-needs-code]")) {
        const name = field.dataset.field;
        if (!fields.valueOf(name) || found.some(([wrong]) => wrong === name)) continue;
        const missing = missingCode(name);
        if (missing) found.push(missing);
    }
    return ["one-of", ...names].flatMap(name => found.filter(([wrong]) => wrong === name));
}

async function signUp(event) {
    event.preventDefault();
    if (fields.isHeld(submit)) return;
    const names = fields.namesIn(form);
    clear([...names, "one-of"], byId("summary"));
    const wrong = complaints(names);
    if (wrong.length) return show(wrong, byId("summary"));
    stopJudging();
    const filled = names.filter(name => fields.typedValueOf(name) !== undefined);
    fields.hold(submit, true, say("submitting"));
    const body = Object.fromEntries(filled.map(name => [name, fields.typedValueOf(name)]));
    const result = await post("/signup", body);
    fields.hold(submit, false, say("submit"));
    if (result.ok || result.answer.error === "xhr_request") clearDraft();
    if (!result.ok) fail(result, byId("summary"));
    else if (result.answer.message === "verification_email_sent") mailIsSent(body.email);
    else if (!goTo(result.answer.location)) finish(say("done_text"));
}

function mailIsSent(address) {
    awaitMail(say("mail_text", { address }));
}

function awaitMail(words) {
    expectMail(words, answer => goTo(answer.location) || finish(say("mail_confirmed")));
}

function finish(words) {
    byId("done-text").textContent = words;
    turnTo("done");
}

function names() {
    const others = ["username", "email", "phone_number"].filter(name => fields.inputOf(name));
    return Object.fromEntries(others.map(name => [name, fields.valueOf(name)]));
}

// What the browser knows already

function suggest(kind, value) {
    const input = document.querySelector(`[data-kind="${kind}"] select, [data-kind="${kind}"] input`);
    if (input && !input.value) input.value = value;
}

keepTyped(form);
for (const { dataset } of form.querySelectorAll("[data-send]")) {
    startSending(dataset.send, { path: "/signup/code", summary: byId("summary"), also: ["one-of"] });
}
const stopJudging = fields.inputOf("password") ? startJudging("password", names) : () => {};
suggest("zone", Intl.DateTimeFormat().resolvedOptions().timeZone);
suggest("locale", navigator.language);
form.addEventListener("input", event => {
    const field = event.target.closest("[data-field]");
    if (field) fields.complain(field.dataset.field, "");
});
form.addEventListener("submit", signUp);
submit.disabled = false;
if (recallMail()) awaitMail(recallMail());
