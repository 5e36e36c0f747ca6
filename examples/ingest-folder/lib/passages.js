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
  for (const block of blocksOf(text)) {
    if (block.heading !== undefined) {
      close();
      heading = block.heading;
      continue;
    }
    for (const part of inParts(block.paragraph)) {
      const count = part.split(/\s+/).length;
      if (words > 0 && words + count > TARGET_WORDS) close();
      paragraphs.push(part);
      words += count;
    }
  }
  close();
  return passages;
}

/** Headings and paragraphs, line by line. Within a fenced block of code `#` starts no heading and an empty line ends nothing. */
function* blocksOf(text) {
  let lines = [];
  let fence;
  const paragraph = () => {
    const joined = lines.join("\n").trim();
    lines = [];
    return /[\p{L}\p{N}]/u.test(joined) ? [{ paragraph: joined }] : [];
  };
  for (const line of text.split(/\r?\n/)) {
    const mark = /^\s*(```|~~~)/.exec(line)?.[1];
    if (fence === undefined ? mark : mark === fence) fence = fence === undefined ? mark : undefined;
    const title = fence === undefined && /^#{1,6}\s+(.*?)\s*#*$/.exec(line);
    if (title) {
      yield* paragraph();
      yield { heading: title[1] };
    } else if (fence === undefined && line.trim() === "") yield* paragraph();
    else lines.push(line);
  }
  yield* paragraph();
}

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
