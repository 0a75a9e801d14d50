// A code for an address: it is sent at a button, counted down, entered below, and belongs to that address alone.
import { countryName, postWithProof, say } from "./signup-calls.js";
import { forgetSent, keepSent, recallSent } from "./signup-drafts.js";
import * as fields from "./signup-fields.js";
import { byId, clear, fail, show } from "./signup-places.js";

export const LONGEST_COUNT = 600;

// `path` is asked with `bodyOf(address)`; `also` are places of the form that are cleared with the field's.
export function startSending(name, { path, summary, bodyOf = address => ({ [name]: address }), ...options }) {
    const { also = [], sentWord = "code_sent", fieldOf } = options;
    const button = document.querySelector(`[data-send="${name}"]`);
    const input = fields.inputOf(name);
    const code = `${name}_code`;
    const hint = byId(`hint-${code}`);
    const told = byId(`working-${name}`);
    const place = document.querySelector(`[data-field="${code}"]`);
    let sentTo = null;
    let stopCounting = () => {};

    async function send() {
        if (fields.isHeld(button)) return;
        const address = fields.valueOf(name);
        const complaint = fields.complaintOf(name) || (address ? "" : say("error_required"));
        clear([name, code, ...also], summary);
        if (complaint) return show([[name, complaint]], summary);
        fields.hold(button, true, say("sending"));
        const working = () => { told.textContent = say("proving"); };
        const result = await postWithProof(path, bodyOf(address), working);
        told.textContent = "";
        if (fields.valueOf(name) !== address) return forget();
        if (result.ok) return expect(address, result.answer);
        const wait = result.answer.resend_in ?? result.seconds;
        const left = result.answer.expires_in; // of a code that was sent before, and is good still
        const isShort = wait > 0 && wait <= LONGEST_COUNT;
        if (left) return expect(address, { expires_in: left, resend_in: isShort ? wait : 0 }, "code_sent_already");
        fields.hold(button, false, say(sentTo === address ? "send_again" : "send_code"));
        if (isShort) stopCounting = fields.countDown(button, wait);
        fail({ ...result, about: name, fieldOf }, summary);
    }

    function expect(address, answer, word = sentWord) {
        keepSent(name, address, answer);
        showCode(address, answer, word);
        fields.inputOf(code).focus();
    }

    function showCode(address, { expires_in, resend_in, sent_to: number, region }, word) {
        sentTo = address;
        place.hidden = false;
        const country = region && countryName(region);
        const understood = number ? say(country ? "code_sent_to" : "code_sent_to_any", { number, country }) : "";
        hint.textContent = `${say(word, { seconds: expires_in })} ${understood}`.trim();
        stopCounting();
        stopCounting = fields.countDown(button, resend_in ?? 0);
    }

    // Another address needs another code.
    function forget() {
        stopCounting();
        forgetSent(name);
        sentTo = null;
        fields.inputOf(code).value = "";
        place.hidden = true;
        fields.hold(button, false, say("send_code"));
    }

    const kept = recallSent(name);
    if (kept && kept.address === fields.valueOf(name)) showCode(kept.address, kept, sentWord);
    button.addEventListener("click", send);
    input.addEventListener("input", () => sentTo !== null && sentTo !== fields.valueOf(name) && forget());
    input.addEventListener("keydown", event => {
        if (event.key !== "Enter" || event.isComposing || !input.value.trim() || sentTo !== null) return;
        event.preventDefault();
        send();
    });
}

// What keeps the form from being sent: an address without its code.
export function missingCode(name) {
    if (!fields.isShown(`${name}_code`)) return [name, say("error_need_code")];
    return fields.valueOf(`${name}_code`) ? null : [`${name}_code`, say("error_required")];
}
