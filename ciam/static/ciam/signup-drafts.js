// What the tab keeps until it is sent, as phones drop pages while somebody reads his mail: what was typed, and that a
// code was sent. Passwords and codes are never kept.
import { page } from "./signup-calls.js";
import * as fields from "./signup-fields.js";

const LONGEST_AGE = 30 * 60 * 1000; // as long as a page is good
const SECRET = ["password", "code"];
const KEY = `ciam ${location.pathname} ${page.client_id}`;

let draft = read();

function read() {
    try {
        const kept = JSON.parse(sessionStorage.getItem(KEY));
        if (kept && Date.now() - kept.at < LONGEST_AGE) return { values: {}, sent: {}, mail: "", ...kept };
    } catch {
        // none, or the browser keeps nothing
    }
    return { values: {}, sent: {}, mail: "" };
}

function write() {
    try {
        sessionStorage.setItem(KEY, JSON.stringify({ ...draft, at: Date.now() }));
    } catch {
        // the browser keeps nothing
    }
}

// Fills in what was typed, and keeps what is typed from now on.
export function keepTyped(form) {
    for (const name of fields.namesIn(form).filter(isKept)) {
        const input = fields.inputOf(name);
        const kept = draft.values[name];
        if (kept !== undefined && input.type === "checkbox") input.checked = kept;
        else if (kept !== undefined && !input.value) input.value = kept;
    }
    const keep = ({ target }) => {
        const name = target.closest("[data-field]")?.dataset.field;
        if (!name || !isKept(name)) return;
        draft.values[name] = fields.valueOf(name);
        write();
    };
    form.addEventListener("input", keep);
    form.addEventListener("change", keep);
}

const isKept = name => !SECRET.includes(document.querySelector(`[data-field="${CSS.escape(name)}"]`).dataset.kind);

// A code went to this address: when it ends, and when another one may be sent.
export function keepSent(name, address, { expires_in, resend_in, ...answer }) {
    const inSeconds = seconds => Date.now() + (seconds ?? 0) * 1000;
    draft.values[name] = address;
    draft.sent[name] = { ...answer, address, ends: inSeconds(expires_in), resend: inSeconds(resend_in) };
    write();
}

// The answer with the address, of a code that is good still; resend_in may be over.
export function recallSent(name) {
    const kept = draft.sent[name];
    const left = time => Math.max(0, Math.ceil((time - Date.now()) / 1000));
    if (!kept || !left(kept.ends)) return null;
    return { ...kept, expires_in: left(kept.ends), resend_in: left(kept.resend) };
}

export function forgetSent(name) {
    delete draft.sent[name];
    write();
}

// The page waits for the code of a mail, and says so in these words.
export function keepMail(words) {
    draft.mail = words;
    write();
}

export const recallMail = () => draft.mail;

export function clearDraft() {
    draft = { values: {}, sent: {}, mail: "" };
    try {
        sessionStorage.removeItem(KEY);
    } catch {
        // the browser keeps nothing
    }
}
