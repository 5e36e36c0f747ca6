/** What a full-text index can narrow down for word tests. Inlet judges these itself, since what an index matches is whatever
 *  its tokenizer makes of a text; but where every document that matches is sure to be among those that the index finds, it is
 *  asked first. Pure. */
import { type QdrantFilter } from "../qdrant/gateway";
import { type Test } from "./filter";

/** Parameters of a text index as Qdrant gives them back; none where it was made with none. */
export type TextIndex = Readonly<Record<string, unknown>>;

const WHOLE_WORD = /^[\p{Alphabetic}\p{N}]+$/u;

const lengthOf = (value: unknown, otherwise: number): number => (typeof value === "number" ? value : otherwise);
const isSet = (value: unknown): boolean => value !== undefined && value !== null;

/** A filter that lets through at least what passes the test; undefined where the index can't promise that. */
export function narrowedByWords(
  key: string,
  { how, words, fold }: Extract<Test, { kind: "words" }>,
  index: TextIndex,
): QdrantFilter | undefined {
  const { tokenizer, lowercase, stopwords, min_token_len: min, max_token_len: max } = index;
  // Other tokenizers cut texts elsewhere than Inlet does.
  if (isSet(tokenizer) && tokenizer !== "word") return undefined;
  if (fold && lowercase === false) return undefined;
  if (!words.every((word) => WHOLE_WORD.test(word))) return undefined;
  // A word that the index leaves out sets no condition, and a query of such words alone finds nothing.
  const kept = words.filter((word) => {
    const length = [...word].length;
    return !isSet(stopwords) && length >= lengthOf(min, 0) && length <= lengthOf(max, Infinity);
  });
  if (how === "any") {
    if (kept.length < words.length) return undefined;
    return { should: words.map((word) => ({ key, match: { text: word } })) };
  }
  return kept.length === 0 ? undefined : { key, match: { text: kept.join(" ") } };
}
