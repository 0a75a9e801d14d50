// What the page asks the server: JSON there and back, in the page's language, with the session's state and, where it is
// owed, a proof of work.
const PROOF = "/static/ciam/signup-proof.js";
const MOST = 1_600_000;
const MOST_PROOFS = 3;

export const page = JSON.parse(document.getElementById("page").textContent);

// A page that the browser has kept for Back may be of another log-in by now.
addEventListener("pageshow", event => event.persisted && location.reload());

export function say(name, values = {}) {
    return (page.words[name] ?? "").replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}

export function countryName(region) {
    try {
        return new Intl.DisplayNames([page.language], { type: "region" }).of(region);
    } catch {
        return region;
    }
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
            body: JSON.stringify({ ...body, state: page.state, ui_locales: page.language, phone_region: page.region }),
            signal,
        });
        const answer = (await response.json().catch(() => null)) ?? {};
        const seconds = Number(response.headers.get("Retry-After")) || 0;
        return { ok: response.ok, status: response.status, answer, seconds };
    } catch {
        return { ok: false, status: 0, answer: { error: "network" }, seconds: 0 };
    }
}

// As `post`; does the proof of work that the server asks for, and tells `working` before. Others who try at the same time
// may have made it dearer meanwhile: then it does the next one.
export async function postWithProof(path, body, working) {
    let result = await post(path, body);
    for (let proofs = 0; proofs < MOST_PROOFS && owesProof(result); proofs += 1) {
        working();
        const altcha = await prove(result.answer.challenge);
        if (!altcha) return { ...result, answer: { error: "no_proof" } };
        result = await post(path, { ...body, altcha });
    }
    return result;
}

const owesProof = ({ answer }) => answer.error === "captcha_required" && Boolean(answer.challenge);

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
