// The question whether somebody wants to be logged out; then the same address again, which need not ask any more.
import { post } from "./signup-calls.js";
import { hold, isHeld } from "./signup-fields.js";
import { byId, clear, fail } from "./signup-places.js";

const button = byId("log-out");

async function logOut() {
    if (isHeld(button)) return;
    clear([], byId("summary"));
    hold(button, true);
    const result = await post("/logout/confirm", {});
    if (result.ok) return location.reload();
    hold(button, false);
    fail(result, byId("summary"));
}

button.addEventListener("click", logOut);
button.disabled = false;
