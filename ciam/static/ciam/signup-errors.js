// What an error of the server is called in the reader's words, and which field it belongs to.
import { say } from "./signup-calls.js";
import { complaintOfValue, inputOf, valueOf } from "./signup-fields.js";

const LONGEST_WAIT = 3600;
const LONGEST_IN_SECONDS = 120;
const CODE_ERRORS = ["incorrect_code", "invalid_code", "code_expired", "code_already_used"];
const WORDS = {
    network: "error_network",
    no_proof: "error_proof",
    captcha_required: "error_proof",
    registration_disabled: "error_disabled",
    plan_limit_exceeded: "error_not_sent",
    temporarily_unavailable: "error_busy",
    invalid_credentials: "login_wrong",
    account_blocked: "login_blocked",
    user_not_found: "login_unknown",
};

// [field or "", words]; `about` is the field for which something was asked, `fieldOf` tells what a form calls others.
export function wordsOf({ answer, seconds, about, fieldOf = {} }) {
    const told = nameOf(answer.field);
    const named = fieldOf[told] ?? told;
    const field = inputOf(named) ? named : about ?? "";
    const { error } = answer;
    if (CODE_ERRORS.includes(error)) return [field, say("error_code")];
    if (error === "already_exists") return [field, say(`error_taken_${field}`) || say("error_taken")];
    if (error === "weak_password") return [field, weakness(answer)];
    if (error === "too_many_requests") return [about ?? "", waiting(seconds, told ? "error_wait_code" : "error_wait")];
    if (error === "invalid_entity" && inputOf(field)) return [field, refusal(field, told)];
    return [about ?? "", say(WORDS[error]) || say("error_unknown")];
}

export function weakness({ rule, bound }) {
    return say(`weak_${rule}`, { bound }) || say("error_weak_password");
}

// A path with dots is told for a nested field.
const nameOf = path => String(path ?? "").split(".").pop();

const refusal = (field, told) => (valueOf(field) === "" ? say("error_required") : complaintOfValue(field, told));

function waiting(seconds, word) {
    if (seconds <= 0 || seconds > LONGEST_WAIT) return say("error_later");
    const inMinutes = seconds > LONGEST_IN_SECONDS ? say("login_wait_minutes", { minutes: Math.ceil(seconds / 60) }) : "";
    return inMinutes || say(word, { seconds });
}
