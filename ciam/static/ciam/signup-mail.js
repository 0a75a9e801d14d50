// The mail that confirms an address: its code is entered here, and the message is sent again.
import { page, post, say } from "./signup-calls.js";
import { LONGEST_COUNT } from "./signup-codes.js";
import { clearDraft, keepMail } from "./signup-drafts.js";
import * as fields from "./signup-fields.js";
import { byId, clear, fail, show, turnTo } from "./signup-places.js";

let whenConfirmed = () => {};

// Shows the section; `then` runs once the address is confirmed.
export function expectMail(words, then) {
    whenConfirmed = then;
    keepMail(words);
    fields.inputOf("mail-code").value = "";
    byId("mail-text").textContent = words;
    turnTo("mail");
}

async function confirm(event) {
    event.preventDefault();
    const button = byId("confirm").querySelector("button[type=submit]");
    if (fields.isHeld(button)) return;
    clear(["mail-code"], byId("mail-summary"));
    if (!fields.valueOf("mail-code")) return show([["mail-code", say("error_required")]], byId("mail-summary"));
    fields.hold(button, true);
    const result = await post("/account/verifyEmail", { code: fields.valueOf("mail-code") });
    fields.hold(button, false);
    if (result.ok || result.answer.error === "code_already_used") {
        clearDraft();
        whenConfirmed(result.answer);
    } else fail({ ...result, about: "mail-code" }, byId("mail-summary"));
}

async function resend() {
    const button = byId("resend");
    if (fields.isHeld(button)) return;
    clear(["mail-code"], byId("mail-summary"));
    fields.hold(button, true, say("sending"));
    const result = await post(`/account/verifyEmail/resend?ui_locales=${page.language}`, {});
    fields.hold(button, false, say("send_again"));
    const wait = result.answer.resend_in ?? result.seconds;
    if (wait > 0 && wait <= LONGEST_COUNT) fields.countDown(button, wait);
    if (result.ok) byId("hint-mail-code").textContent = say("mail_sent_again");
    else fail(result, byId("mail-summary"));
}

byId("confirm").addEventListener("submit", confirm);
byId("resend").addEventListener("click", resend);
byId("restart").addEventListener("click", () => {
    clearDraft();
    const again = new URL(location.href);
    for (const name of ["trouble", "with"]) again.searchParams.delete(name);
    again.hash = "";
    location.replace(again);
});
