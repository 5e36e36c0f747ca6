import { QdrantError } from "../../../../src/embedded/errors";
import { payloadIndexSchema } from "../../../../src/embedded/filter/index-schema";
import { Place } from "../../../../src/embedded/http/decode";
import { parseJsonText } from "../../../../src/embedded/json/parse";
import { type PayloadIndexSchema } from "../../../../src/embedded/model/collection";

const read = (json: string): PayloadIndexSchema => {
  const at = Place.root("field_schema");
  const schema = payloadIndexSchema(parseJsonText(json), at);
  at.check();
  return schema;
};
const status = (json: string): number => {
  try {
    read(json);
  } catch (error) {
    if (error instanceof QdrantError) return error.status;
    throw error;
  }
  return 200;
};

it("shows no parameters for a bare type", () => {
  expect(read('"keyword"')).toEqual({ type: "keyword", lookup: false, range: false });
  expect(read('"integer"')).toMatchObject({ lookup: true, range: true });
});

it("shows what was given, unset flags of numbers as null, and no unknown key", () => {
  expect(read('{"type":"integer","range":false,"colour":1}').params).toEqual(
    new Map<string, unknown>([
      ["type", "integer"],
      ["lookup", null],
      ["range", false],
      ["is_principal", null],
    ]),
  );
  expect(read('{"type":"text","stopwords":{"custom":["b","a","b"],"languages":["fr","de"]}}').params).toEqual(
    new Map<string, unknown>([
      ["type", "text"],
      ["tokenizer", "word"],
      [
        "stopwords",
        new Map([
          ["languages", ["french", "german"]],
          ["custom", ["a", "b"]],
        ]),
      ],
    ]),
  );
});

it("takes a list of an object's values for the object, inside too", () => {
  const { params } = read('{"type":"text","stopwords":[["fr"],["b","a"]],"stemmer":["snowball","de"]}');
  expect(params).toEqual(
    read(
      '{"type":"text","stopwords":{"languages":["fr"],"custom":["a","b"]},"stemmer":{"type":"snowball","language":"de"}}',
    ).params,
  );
  expect(read('{"type":"text","stopwords":[]}').params?.get("stopwords")).toEqual(new Map());
});

it.each([
  ['"number"', 400],
  ["7", 400],
  ["{}", 400],
  ['{"type":"text","tokenizer":"ngram"}', 400],
  ['{"type":"text","tokenizer":null}', 400],
  ['{"type":"text","stopwords":["the","a"]}', 400],
  ['{"type":"text","stopwords":[["en"],["x"],[]]}', 400],
  ['{"type":"text","stemmer":["snowball"]}', 400],
  ['{"type":"text","stopwords":"klingon"}', 400],
  ['{"type":"text","stemmer":{"type":"snowball"}}', 400],
  ['{"type":"text","min_token_len":-1}', 400],
  ['{"type":"keyword","is_tenant":"yes"}', 400],
  ['{"type":"integer","lookup":false,"range":false}', 422],
  ['["integer"]', 400],
  ['{"type":"text","stopwords":"arabic"}', 501],
])("refuses %s", (json, expected) => {
  expect(status(json)).toBe(expected);
});
