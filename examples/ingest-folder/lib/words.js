/** A text's words, as both kinds of vector see them. */

const STOPWORDS = new Set(
  "a an and are as at be but by can do for from has have how i if in into is it its no not of on or so that the their then there these they this to was we were what when which will with you your".split(
    " ",
  ),
);

/** Lower-case runs of letters and digits without the commonest English words. */
export const wordsOf = (text) =>
  (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => !STOPWORDS.has(word));

/** How often each word occurs. */
export function counted(words) {
  const counts = new Map();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
