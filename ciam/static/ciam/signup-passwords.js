// Passwords: shown at a button, and judged by the server while a new one is typed.
import { post, say } from "./signup-calls.js";
import { weakness } from "./signup-errors.js";
import { inputOf } from "./signup-fields.js";
import { byId } from "./signup-places.js";

const DELAY = 400;

for (const eye of document.querySelectorAll("[data-show]")) {
    eye.addEventListener("click", () => {
        const input = inputOf(eye.dataset.show);
        const isVisible = input.type === "password";
        input.type = isVisible ? "text" : "password";
        eye.setAttribute("aria-pressed", String(isVisible));
    });
}

// `context` gives what the password may not be; gives what stops the judging.
export function startJudging(name, context) {
    const input = inputOf(name);
    const meter = byId("strength");
    let timer, asking;

    async function judge() {
        asking = new AbortController();
        const { ok, answer } = await post("/signup/strength", { ...context(), password: input.value }, asking.signal);
        if (!ok) return;
        meter.hidden = false;
        meter.dataset.score = answer.score;
        const level = say("strength", { level: say(`strength_${answer.score}`) });
        byId("strength-text").textContent = answer.accepted ? level : weakness(answer);
    }

    function stop() {
        clearTimeout(timer);
        asking?.abort();
    }

    input.addEventListener("input", () => {
        stop();
        if (input.value) timer = setTimeout(judge, DELAY);
        else meter.hidden = true;
    });
    return stop;
}
