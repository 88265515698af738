// How servers echo what they were sent, and whether a text shows any of it.

const each = (text, form) => Array.from(text, form).join("");
const code = (character) => character.codePointAt(0);

/** The forms in which a text may be echoed. */
export function everyForm(text) {
  const coded = ["", "a", "ab"].flatMap((before) =>
    ["base64", "base64url", "base64"].map((coding) => Buffer.from(before + text).toString(coding)),
  );
  return [
    text,
    text.toUpperCase(),
    text.toLowerCase(),
    encodeURIComponent(text),
    encodeURIComponent(encodeURIComponent(text)),
    new URLSearchParams({ a: text }).toString().slice(2).toLowerCase(),
    each(text, (character) => `%${code(character).toString(16)}`),
    JSON.stringify(text).slice(1, -1).replaceAll("/", "\\/"),
    each(text, (character) => `\\u${code(character).toString(16).padStart(4, "0")}`),
    each(text, (character) => `&#${code(character)};`),
    each(text, (character) => `&#x${code(character).toString(16)};`),
    Buffer.from(text).toString("hex"),
    ...coded,
    ...coded.map(encodeURIComponent),
  ];
}

/** So many characters of a secret in a row do not come about by chance. */
const PART = 6;

/** What the texts show of the secrets in any form, or undefined. */
export function shown(secrets, texts) {
  const parts = new Map();
  for (const secret of secrets) {
    for (const form of everyForm(secret)) {
      const size = Math.max(PART, Math.floor((form.length * PART) / secret.length));
      if (!parts.has(size)) parts.set(size, new Set());
      for (let at = 0; at + size <= form.length; at += 1) parts.get(size).add(form.slice(at, at + size));
    }
  }
  for (const text of new Set(texts)) {
    for (const [size, known] of parts) {
      for (let at = 0; at + size <= text.length; at += 1) {
        if (known.has(text.slice(at, at + size)))
          return `${text.slice(at, at + size)} in ${text.slice(Math.max(0, at - 300), at + 300)}`;
      }
    }
  }
  return undefined;
}
