// What the page asks the server: JSON there and back, in the page's language, with the session's state and, where it is
// owed, a proof of work.
const PROOF = "/static/ciam/signup-proof.js";
const MOST = 1_000_000;

export const page = JSON.parse(document.getElementById("page").textContent);

export function say(name, values = {}) {
    return (page.words[name] ?? "").replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}

// {ok, answer, seconds}: a failure of the network is an answer too.
export async function post(path, body, signal) {
    try {
        const response = await fetch(path, {
            method: "POST",
            credentials: "same-origin",
            headers: {
                "Content-Type": "application/json",
                Accept: "application/json",
                "X-Requested-With": "XMLHttpRequest",
            },
            body: JSON.stringify({ ...body, state: page.state, ui_locales: page.language }),
            signal,
        });
        const answer = (await response.json().catch(() => null)) ?? {};
        const seconds = Number(response.headers.get("Retry-After")) || 0;
        return { ok: response.ok, status: response.status, answer, seconds };
    } catch {
        return { ok: false, status: 0, answer: { error: "network" }, seconds: 0 };
    }
}

// As `post`; does the proof of work that the server asks for, and tells `working` before.
export async function postWithProof(path, body, working) {
    const first = await post(path, body);
    if (first.ok || first.answer.error !== "captcha_required" || !first.answer.challenge) return first;
    working();
    const altcha = await prove(first.answer.challenge);
    return altcha ? post(path, { ...body, altcha }) : { ...first, answer: { error: "no_proof" } };
}

async function prove(asked) {
    const { algorithm, challenge, salt, signature } = asked;
    const number = await search({ algorithm, challenge, salt, most: asked.maxnumber ?? asked.maxNumber ?? MOST });
    return number === null ? null : btoa(JSON.stringify({ algorithm, challenge, number, salt, signature }));
}

function search(task) {
    return new Promise(resolve => {
        const worker = new Worker(PROOF);
        const end = number => {
            worker.terminate();
            resolve(number);
        };
        worker.addEventListener("message", event => end(event.data.number));
        worker.addEventListener("error", () => end(null));
        worker.postMessage(task);
    });
}
