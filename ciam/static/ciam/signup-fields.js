// The fields of a form: what they hold, what is wrong with it, and where that is said.
import { countryName, say } from "./signup-calls.js";
import { meant } from "./signup-typed.js";

const fieldOf = name => document.querySelector(`[data-field="${CSS.escape(name)}"]`);

export const inputOf = name => document.getElementById(`field-${name}`);
export const isShown = name => Boolean(fieldOf(name)) && !fieldOf(name).hidden;
export const namesIn = form => [...form.querySelectorAll("[data-field]")].map(field => field.dataset.field);

export function valueOf(name) {
    const input = inputOf(name);
    const { kind } = fieldOf(name).dataset;
    if (kind === "checkbox") return input.checked;
    return kind === "password" ? input.value : meant(kind, name, input.value);
}

// By which country a number is read, where there are several.
for (const hint of document.querySelectorAll(".hint[data-region]")) {
    hint.append(" ", say("hint_country", { country: countryName(hint.dataset.region) }));
}

// Shows what was understood, once somebody has typed it.
document.addEventListener("change", ({ target }) => {
    const { field, kind } = target.closest("[data-field]")?.dataset ?? {};
    if (kind && target.type !== "checkbox" && target.tagName === "INPUT") target.value = valueOf(field);
});

// As JSON has it; undefined where nothing was given.
export function typedValueOf(name) {
    const value = valueOf(name);
    if (value === "") return undefined;
    return fieldOf(name).dataset.kind === "number" ? Number(value) : value;
}

// Why the field cannot be sent like this, or "".
export function complaintOf(name) {
    const { kind, pattern, mandatory, complaint } = fieldOf(name).dataset;
    const value = valueOf(name);
    if (kind === "checkbox") return "";
    if (value === "") return mandatory === undefined ? "" : say("error_required");
    if (kind === "number") return isNumber(value) ? "" : complaint || say("error_invalid_number");
    if (kind === "email") return /^[^@\s]+@[^@\s]+$/.test(value) ? "" : say("error_invalid_email");
    if (kind === "tel") return /\p{Nd}/u.test(value) ? "" : say("error_invalid_phone_number");
    return !pattern || matches(pattern, value) ? "" : complaintOfValue(name);
}

// What is said of a value that the server or a pattern refuses; the server may call the field by another name.
export function complaintOfValue(name, told = name) {
    return fieldOf(name)?.dataset.complaint || say(`error_invalid_${told}`) || say("error_invalid");
}

const isNumber = value => /^-?\d+$/.test(value) && Number.isSafeInteger(Number(value));

function matches(pattern, value) {
    try {
        return new RegExp(pattern, "u").test(value);
    } catch {
        return true; // the server judges
    }
}

export function complain(name, words) {
    const place = document.getElementById(`error-${name}`);
    if (!place) return false;
    place.textContent = words;
    place.hidden = !words;
    const input = inputOf(name);
    if (words) input?.setAttribute("aria-invalid", "true");
    else input?.removeAttribute("aria-invalid");
    return true;
}

export function hold(button, isHeld, words) {
    button.setAttribute("aria-disabled", String(isHeld));
    if (words) button.textContent = words;
}

export const isHeld = button => button.getAttribute("aria-disabled") === "true";

// Counts down on the button until it may be pressed again; gives what stops it.
export function countDown(button, seconds) {
    const end = Date.now() + seconds * 1000;
    const show = () => {
        const left = Math.ceil((end - Date.now()) / 1000);
        if (left <= 0) clearInterval(timer);
        hold(button, left > 0, left > 0 ? say("send_again_in", { seconds: left }) : say("send_again"));
    };
    const timer = setInterval(show, 250);
    show();
    return () => clearInterval(timer);
}
