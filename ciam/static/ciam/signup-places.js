// Where the pages say things: at a field, at the top of a form, or in a section that takes the place of another.
import { page, say } from "./signup-calls.js";
import * as fields from "./signup-fields.js";
import { wordsOf } from "./signup-errors.js";

export const byId = id => document.getElementById(id);

export function summarize(place, words, ...more) {
    place.replaceChildren(words, ...more.flatMap(one => [" ", one]));
}

export function clear(names, place) {
    place.replaceChildren();
    for (const name of names) fields.complain(name, "");
}

// Shows each of [name, words] at its field, and what has no field at the top.
export function show(complaints, place) {
    const [first] = complaints.filter(([name, words]) => fields.complain(name, words));
    const others = complaints.filter(([name]) => !byId(`error-${name}`)).map(([, words]) => words);
    summarize(place, others.join(" ") || say("error_summary"));
    const target = first && (fields.inputOf(first[0]) ?? byId(first[0])?.querySelector("input"));
    (target ?? place).focus();
}

export function fail(result, place) {
    const { answer } = result;
    if (answer.error === "xhr_request" && goTo(answer.location)) return;
    if (answer.error === "invalid_session") {
        summarize(place, say("error_session"), reloading());
        return place.focus();
    }
    show([wordsOf(result)], place);
    const isAddress = answer.field === "email" || answer.field === "phone_number";
    if (answer.error === "already_exists" && isAddress && page.log_in_url) {
        place.append(" ", linkTo(page.log_in_url, say("log_in")));
    }
}

export function linkTo(href, words) {
    const link = Object.assign(document.createElement("a"), { href });
    link.textContent = words;
    return link;
}

export function goTo(address) {
    const isWeb = /^https?:\/\//i.test(address ?? "");
    if (isWeb) location.replace(address);
    return isWeb;
}

export function turnTo(id) {
    for (const section of document.querySelectorAll("main > section")) section.hidden = section.id !== id;
    const heading = byId(id).querySelector("h1");
    document.title = `${heading.textContent} · ${page.name}`;
    scrollTo(0, 0);
    heading.focus();
}

function reloading() {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "plain" });
    button.textContent = say("error_reload");
    button.addEventListener("click", () => location.reload());
    return button;
}
