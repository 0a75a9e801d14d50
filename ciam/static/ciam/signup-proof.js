// The proof of work, away from the page so that it stays alive: the number whose SHA-256 with the salt is the challenge.
// The browser's own digest() is asynchronous, which costs six times as much as the hash of so short a text.
const BLOCK = 64;
const FIRST = new Uint32Array(8);
const ROUNDS = new Uint32Array(64);
const words = new Uint32Array(64);

addEventListener("message", ({ data }) => {
    try {
        postMessage({ number: solve(data) });
    } catch {
        postMessage({ number: null });
    }
});

function solve({ algorithm, challenge, salt, most }) {
    if (algorithm !== "SHA-256") return null;
    const wanted = Uint32Array.from(challenge.match(/.{8}/g), word => parseInt(word, 16));
    const text = new TextEncoder().encode(salt);
    const done = text.length - (text.length % BLOCK);
    const start = FIRST.slice();
    for (let at = 0; at < done; at += BLOCK) digest(start, text, at);
    const rest = text.subarray(done);
    for (let number = 0; number <= most; number += 1) {
        if (isSame(finish(start, rest, String(number), done), wanted)) return number;
    }
    return null;
}

// The hash of what is left of the salt and the number, with its padding, after the whole blocks of the salt.
function finish(start, rest, digits, done) {
    const length = rest.length + digits.length;
    const tail = new Uint8Array(length < BLOCK - 8 ? BLOCK : 2 * BLOCK);
    tail.set(rest);
    for (let at = 0; at < digits.length; at += 1) tail[rest.length + at] = digits.charCodeAt(at);
    tail[length] = 0x80;
    new DataView(tail.buffer).setUint32(tail.length - 4, (done + length) * 8);
    const state = start.slice();
    for (let at = 0; at < tail.length; at += BLOCK) digest(state, tail, at);
    return state;
}

// One block of SHA-256 (FIPS 180-4 §6.2.2).
function digest(state, bytes, at) {
    for (let i = 0; i < 16; i += 1) {
        const p = at + 4 * i;
        words[i] = (bytes[p] << 24) | (bytes[p + 1] << 16) | (bytes[p + 2] << 8) | bytes[p + 3];
    }
    for (let i = 16; i < 64; i += 1) {
        const [x, y] = [words[i - 15], words[i - 2]];
        const s0 = turn(x, 7) ^ turn(x, 18) ^ (x >>> 3);
        const s1 = turn(y, 17) ^ turn(y, 19) ^ (y >>> 10);
        words[i] = words[i - 16] + s0 + words[i - 7] + s1;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i += 1) {
        const t1 = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + ROUNDS[i] + words[i]) | 0;
        const t2 = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => {
        state[i] += word;
    });
}

function turn(word, bits) {
    return (word >>> bits) | (word << (32 - bits));
}

function isSame(one, other) {
    return one.length === other.length && one.every((word, place) => word === other[place]);
}

// The constants: the fraction's first 32 bits of the square roots and the cube roots of the first primes (§4.2.2, §5.3.3).
function fraction(root) {
    return (root - Math.floor(root)) * 2 ** 32;
}

for (let prime = 2, count = 0; count < 64; prime += 1) {
    const isPrime = Array.from({ length: prime - 2 }, (_, i) => i + 2).every(divisor => prime % divisor);
    if (!isPrime) continue;
    if (count < 8) FIRST[count] = fraction(prime ** (1 / 2));
    ROUNDS[count] = fraction(prime ** (1 / 3));
    count += 1;
}
