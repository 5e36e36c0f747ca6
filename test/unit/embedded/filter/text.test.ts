import { createTokenizer } from "../../../../src/embedded/filter/text";
import { type TextIndexOptions } from "../../../../src/embedded/model/collection";

const tokenizer = (options: Partial<TextIndexOptions> = {}) =>
  createTokenizer({ tokenizer: "word", lowercase: true, asciiFolding: false, phraseMatching: false, ...options });

it("cuts words at all but letters and digits", () => {
  expect(tokenizer().document("The quick-brown fox_2, don't! Größe №5")).toEqual([
    "the",
    "quick",
    "brown",
    "fox",
    "2",
    "don",
    "t",
    "größe",
    "5",
  ]);
  expect(tokenizer({ tokenizer: "whitespace" }).document(" quick-brown  fox, ")).toEqual(["quick-brown", "fox,"]);
  expect(tokenizer({ lowercase: false }).document("The The")).toEqual(["The", "The"]);
});

it("folds, stops, stems and measures, in this order", () => {
  expect(tokenizer({ asciiFolding: true }).document("Ærøskøbing naïve ﬁn")).toEqual(["aeroskobing", "naive", "fin"]);
  // Qdrant's table knows the small schwa alone.
  expect(tokenizer({ asciiFolding: true }).document("ǧǥ Ǧ əl Əl")).toEqual(["gg", "g", "al", "əl"]);
  expect(
    tokenizer({ stopwords: { languages: ["english", "german"], custom: ["Fox"] } }).document("The fox und you're dogs"),
  ).toEqual(["dogs"]);
  expect(tokenizer({ stemmer: "english" }).document("running dogs")).toEqual(["run", "dog"]);
  expect(
    tokenizer({ minTokenLength: 3, maxTokenLength: 5, stemmer: "english" }).document("running elephants bees x"),
  ).toEqual(["run", "eleph", "bee"]);
});

it("stores the starts of words, and asks for the longest that is stored", () => {
  const { document, query } = tokenizer({
    tokenizer: "prefix",
    minTokenLength: 2,
    maxTokenLength: 4,
    stopwords: { languages: ["english"], custom: [] },
  });
  expect(document("The theory a")).toEqual(["th", "the", "theo"]);
  expect(query("the theories t")).toEqual(["the", "theo"]);
});

it("cuts any script into words without accents, and drops what has no letter", () => {
  const { document } = tokenizer({ tokenizer: "multilingual" });
  expect(document("Köln — 0815 🦊, São Paulo!")).toEqual(["koln", "sao", "paulo"]);
  expect(document("你好世界")).toEqual(["你好", "世界"]);
  expect(document("мир 세계")).toEqual(["мир", expect.any(String)]);
});

it.each([{ stopwords: { languages: ["klingon"], custom: [] } }, { stemmer: "greek" }])(
  "says 501 to a language it has no words for: %j",
  (options) => {
    expect(() => tokenizer(options)).toThrow(expect.objectContaining({ status: 501 }));
  },
);
