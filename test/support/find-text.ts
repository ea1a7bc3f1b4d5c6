/** Finds a text in files whatever its spelling there: UTF-8, UTF-16, hexadecimal, JSON escapes, base64 at any offset. */
import { readFileSync } from 'node:fs';

/** Base64 of a longer text holds a shorter one in one of three spellings; the characters at the seams are left out. */
function base64Forms(text: string): string[] {
  const bytes = Buffer.from(text, 'utf8');
  return [0, 1, 2].flatMap((offset) => {
    const shifted = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const from = Math.ceil((offset * 8) / 6);
    const whole = Math.floor(((offset + bytes.length) * 8) / 6);
    const certain = shifted.slice(from, whole);
    return [certain, certain.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

const escaped = (text: string): string =>
  text.replaceAll(/[^\x20-\x7e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

export function formsOf(text: string): Buffer[] {
  return [
    Buffer.from(text, 'utf8'),
    Buffer.from(text, 'latin1'),
    Buffer.from(text, 'utf16le'),
    utf16be(text),
    ...[escaped(text), Buffer.from(text, 'utf8').toString('hex'), ...base64Forms(text)].map((form) =>
      Buffer.from(form, 'latin1'),
    ),
  ];
}

/** Which of the texts stand in any of the files, as `text in file`. */
export function findTexts(texts: Iterable<string>, files: readonly string[]): string[] {
  const contents = files.map((file) => ({ file, bytes: readFileSync(file) }));
  return [...new Set(texts)].flatMap((text) => {
    const forms = formsOf(text);
    return contents
      .filter(({ bytes }) => forms.some((form) => bytes.includes(form)))
      .map(({ file }) => `${text} in ${file}`);
  });
}
