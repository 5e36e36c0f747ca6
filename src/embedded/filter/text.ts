/** How a text index cuts text into tokens. Every token goes through ASCII folding, lower case, stop words, stemming and the
 *  length limits, in this order, as far as the index asks for them. */
import folder from "fold-to-ascii";
import { newStemmer } from "snowball-stemmers";
import { notImplemented } from "../errors";
import { type TextIndexOptions } from "../model/collection";
import { WHITE_SPACE } from "./clauses";
import { stopWordsOf } from "./stop-words";

export interface Tokenizer {
  /** The tokens of a stored text, in order, with repeats. */
  document(text: string): string[];
  /** The tokens that a query's text asks for. */
  query(text: string): string[];
}

const BETWEEN_WORDS = /[^\p{Alphabetic}\p{N}]+/u;
const LETTER = /\p{Alphabetic}/u;

/** @throws QdrantError 501 for a language that stop words or stemming are not at hand for */
export function createTokenizer(options: TextIndexOptions): Tokenizer {
  const { minTokenLength: min, maxTokenLength: max } = options;
  const normal = normaliser(options);
  const whole = (word: string): string[] => {
    const token = normal.word(word);
    return token !== undefined && fits(token, min, max) ? [token] : [];
  };
  const same = (cut: (text: string) => string[]): Tokenizer => {
    const tokens = (text: string): string[] => cut(text).flatMap(whole);
    return { document: tokens, query: tokens };
  };
  switch (options.tokenizer) {
    case "word":
      return same((text) => text.split(BETWEEN_WORDS));
    case "whitespace":
      return same((text) => text.split(WHITE_SPACE));
    case "multilingual": {
      const tokens = (text: string): string[] => {
        const words = segments(text).flatMap(whole);
        return isJapanese(text) ? words.map((word) => (HAN.test(word) ? `${word}${JAPANESE}` : word)) : words;
      };
      return { document: tokens, query: tokens };
    }
    case "prefix":
      return {
        document: (text) => text.split(BETWEEN_WORDS).flatMap((word) => prefixes(normal.word(word), min, max)),
        // The start of a word may look like a stop word, so queries keep them; longer words are cut to what is stored.
        query: (text) =>
          text
            .split(BETWEEN_WORDS)
            .filter((word) => word !== "")
            .map((word) => normal.start(word))
            .filter((word) => fits(word, min, undefined))
            .map((word) => [...word].slice(0, max).join("")),
      };
  }
}

function normaliser(options: TextIndexOptions): {
  /** undefined for a stop word or nothing. */
  word(word: string): string | undefined;
  /** The same without stop words. */
  start(word: string): string;
} {
  const { asciiFolding, lowercase, stopwords, stemmer } = options;
  const small = (text: string): string => (lowercase ? text.toLowerCase() : text);
  const stopped = new Set(
    [...(stopwords?.languages.flatMap(stopWordsOf) ?? []), ...(stopwords?.custom ?? [])].map(small),
  );
  const stem = stemmer === undefined ? undefined : stemmerFor(stemmer);
  const spelled = (word: string): string => small(asciiFolding ? folded(word) : word);
  const stemmed = (word: string): string => (stem === undefined ? word : stem(word));
  return {
    word: (word) => {
      const plain = spelled(word);
      return plain === "" || stopped.has(plain) ? undefined : stemmed(plain);
    },
    start: (word) => stemmed(spelled(word)),
  };
}

/** Where Qdrant's table of letters is another than the package's. */
const FOLDED_OTHERWISE = new Map([
  ["Ə", "Ə"],
  ["ǥ", "g"],
  ["ǧ", "g"],
]);

const folded = (word: string): string =>
  word.replace(/\P{ASCII}/gu, (letter) => FOLDED_OTHERWISE.get(letter) ?? folder.foldMaintaining(letter));

function stemmerFor(language: string): (word: string) => string {
  // The only language of Qdrant's that the package does not know.
  if (language === "greek") throw notImplemented("the stemmer of greek");
  const stemmer = newStemmer(language);
  return (word) => stemmer.stem(word);
}

/** Lengths count characters (code points). */
function fits(token: string, min: number | undefined, max: number | undefined): boolean {
  if (min === undefined && max === undefined) return true;
  const length = [...token].length;
  return (min === undefined || length >= min) && (max === undefined || length <= max);
}

/** The starts of a word that are stored: of `min` to `max` characters, the whole word last where it is shorter than that. */
function prefixes(word: string | undefined, min = 1, max = Number.MAX_SAFE_INTEGER): string[] {
  if (word === undefined) return [];
  const characters = [...word];
  if (characters.length < min) return [];
  const found: string[] = [];
  for (let length = min; length <= Math.min(max, characters.length); length++)
    found.push(characters.slice(0, length).join(""));
  return found;
}

const HAN = /\p{Script=Han}/u;
const KANA = /[\p{Script=Hiragana}\p{Script=Katakana}]/gu;
/** Set behind Han words of Japanese text, which Qdrant spells differently from the same words of Chinese text: a query of Han
 *  characters alone counts as Chinese, and finds nothing in Japanese. */
const JAPANESE = "\u{E0100}";

/** More than every twentieth character is kana, as in the detection that Qdrant uses. */
const isJapanese = (text: string): boolean => (text.match(KANA)?.length ?? 0) * 20 > text.length;

const segmenter = new Intl.Segmenter(undefined, { granularity: "word" });

/** Words of any script by Unicode's and ICU's rules, without accents and in compatible characters, as Qdrant's multilingual
 *  segmenter normalises them; what has no letter is no word. */
function segments(text: string): string[] {
  return [...segmenter.segment(text)]
    .map(({ segment }) =>
      segment
        .normalize("NFKD")
        .replace(/\p{Mn}/gu, "")
        .toLowerCase(),
    )
    .filter((word) => LETTER.test(word));
}
