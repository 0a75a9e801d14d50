// The question whether an application may know who somebody is: one of two answers, then onwards.
import { page, post } from "./signup-calls.js";
import { hold, isHeld } from "./signup-fields.js";
import { byId, clear, fail } from "./signup-places.js";

const buttons = [...document.querySelectorAll("[data-accepted]")];

async function answer({ currentTarget }) {
    if (buttons.some(isHeld)) return;
    clear([], byId("summary"));
    for (const button of buttons) hold(button, true);
    const accepted = currentTarget.dataset.accepted === "true";
    const result = await post("/login/consent", { accepted, claims: page.claims });
    if (result.ok) return location.assign(result.answer.location);
    for (const button of buttons) hold(button, false);
    fail(result, byId("summary"));
}

for (const button of buttons) {
    button.addEventListener("click", answer);
    button.disabled = false;
}
