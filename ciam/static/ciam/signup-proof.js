// The proof of work, away from the page so that it stays alive: the number whose hash with the salt is the challenge.
const AT_ONCE = 500;
const ALGORITHMS = ["SHA-256", "SHA-384", "SHA-512", "SHA-1"];

addEventListener("message", async ({ data }) => {
    try {
        postMessage({ number: await solve(data) });
    } catch {
        postMessage({ number: null });
    }
});

async function solve({ algorithm, challenge, salt, most }) {
    if (!ALGORITHMS.includes(algorithm)) return null;
    const encoder = new TextEncoder();
    const wanted = Uint8Array.from(challenge.match(/../g), pair => parseInt(pair, 16));
    for (let first = 0; first <= most; first += AT_ONCE) {
        const numbers = Array.from({ length: Math.min(AT_ONCE, most - first + 1) }, (_, place) => first + place);
        const hashes = await Promise.all(
            numbers.map(number => crypto.subtle.digest(algorithm, encoder.encode(salt + number)))
        );
        const place = hashes.findIndex(hash => isSame(new Uint8Array(hash), wanted));
        if (place >= 0) return numbers[place];
    }
    return null;
}

function isSame(one, other) {
    return one.length === other.length && one.every((octet, place) => octet === other[place]);
}
