/** Cuts a text into passages: whole paragraphs under one heading, up to a number of words. */

const TARGET_WORDS = 120;
const LONGEST_WORDS = 240;

/** @returns {{heading: string, text: string}[]} in the order of the text; nothing for a text without a word. */
export function passagesOf(text) {
  const passages = [];
  let heading = "";
  let paragraphs = [];
  let words = 0;
  const close = () => {
    if (paragraphs.length > 0) passages.push({ heading, text: paragraphs.join("\n\n") });
    paragraphs = [];
    words = 0;
  };
  for (const paragraph of text.split(/\r?\n\s*\n/).flatMap(withHeadingApart)) {
    const title = /^#{1,6}\s+(.*?)\s*#*$/.exec(paragraph);
    if (title) {
      close();
      heading = title[1];
      continue;
    }
    for (const part of inParts(paragraph.trim())) {
      const count = part.split(/\s+/).length;
      if (words > 0 && words + count > TARGET_WORDS) close();
      paragraphs.push(part);
      words += count;
    }
  }
  close();
  return passages;
}

/** A heading line followed by text without an empty line between counts as two paragraphs. */
const withHeadingApart = (paragraph) =>
  paragraph
    .split(/^(#{1,6}\s.*)$/m)
    .filter((part) => /[\p{L}\p{N}]/u.test(part))
    .map((part) => part.trim());

/** A paragraph of more than LONGEST_WORDS words, cut at spaces. */
function inParts(paragraph) {
  const words = paragraph.split(/(?<=\s)(?=\S)/);
  if (words.length <= LONGEST_WORDS) return [paragraph];
  const parts = [];
  for (let from = 0; from < words.length; from += TARGET_WORDS) {
    parts.push(
      words
        .slice(from, from + TARGET_WORDS)
        .join("")
        .trim(),
    );
  }
  return parts;
}
