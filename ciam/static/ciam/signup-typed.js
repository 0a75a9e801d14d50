// What people type and paste, as it is meant: the calls themselves are strict.
const INVISIBLE = /\p{Cf}/gu;
const ZEROS = [0x0660, 0x06f0, 0x0966, 0xff10]; // Arabic-Indic, Persian, Devanagari, fullwidth
const DOTS = /[\u3002\uff0e\uff61]/g;

const visible = text => text.replace(INVISIBLE, "").trim();

function digit(character) {
    const point = character.codePointAt(0);
    const zero = ZEROS.find(first => point >= first && point < first + 10);
    return zero === undefined ? character : String(point - zero);
}

// `123 456`, `123-456`, with no-break spaces or line breaks.
const code = text => text.replace(/\p{Nd}/gu, digit).replace(/[\s\p{Cf}\p{Pd}\p{Zs}.]/gu, "");

// `mailto:`, <brackets>, spaces around the @, a full stop at the end; nothing that could stand for another address.
function email(text) {
    const typed = visible(text).replace(DOTS, ".").replace(/\s*[@\uff20]\s*/g, "@");
    const bare = typed.replace(/^<?\s*(mailto:)?\s*/i, "").replace(/[\s>.,;]+$/, "");
    return /^mailto:/i.test(typed) ? bare.split("?")[0] : bare;
}

// The server reads spaces, dashes and brackets in it.
const tel = text => visible(text).replace(/^tel:/i, "");

const isEmail = text => /[@\uff20]/.test(text);
const isNumber = text => /^(tel:)?[\p{Nd}+\uff0b][\p{Nd}\s\p{Pd}().\/[\]]*$/iu.test(visible(text));

// By which somebody logs in: one of the three.
const name = text => (isEmail(text) ? email(text) : isNumber(text) ? tel(text) : visible(text));

const OF_KIND = { code, email, tel, name };
const OF_FIELD = { username: visible, forgotten: name };

// The value of a field of this kind; one that is none of these loses the spaces around it alone.
export const meant = (kind, field, text) => (OF_KIND[kind] ?? OF_FIELD[field] ?? (other => other.trim()))(text);
