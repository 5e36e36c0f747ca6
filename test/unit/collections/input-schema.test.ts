import { inputSchemaFaults } from "../../../src/collections/input-schema";

it.each([
  [undefined],
  [null],
  [{ properties: {} }],
  [
    {
      properties: { title: { type: "string", required: true, enum: ["a"], description: "Its title", examples: ["a"] } },
    },
  ],
  [{ properties: { tags: { type: "array", items: { type: "text", pattern: "further keys are kept" } } }, further: 1 }],
  [{ properties: { place: { type: "object", properties: { at: { type: "datetime", items: null } } } } }],
])("takes %j", (schema) => {
  expect(inputSchemaFaults(schema)).toEqual([]);
});

it.each([
  [{}, "input_schema.properties", "is required"],
  [{ properties: ["title"] }, "input_schema.properties", "must be an object, not an array of 1"],
  [{ properties: { title: "string" } }, "input_schema.properties.title", "must be an object with a type"],
  [{ properties: { title: {} } }, "input_schema.properties.title.type", "must be one of string, number"],
  [{ properties: { "a b": { type: "varchar" } } }, 'input_schema.properties["a b"].type', 'not "varchar"'],
  [{ properties: { n: { type: "integer", required: 1 } } }, "input_schema.properties.n.required", "true or false"],
  [{ properties: { n: { type: "integer", enum: 1 } } }, "input_schema.properties.n.enum", "an array"],
  [{ properties: { n: { type: "integer", description: 1 } } }, "input_schema.properties.n.description", "a string"],
  [{ properties: { n: { type: "array", items: { type: 1 } } } }, "input_schema.properties.n.items.type", "not 1"],
])("says what is wrong with %j", (schema, path, message) => {
  expect(inputSchemaFaults(schema)).toEqual([{ path, message: expect.stringContaining(message) }]);
});

it("ends at a depth, whatever comes", () => {
  const nested: { type: string; items?: unknown } = { type: "array" };
  for (let level = 0, at = nested; level < 5_000; level += 1) {
    const below: typeof nested = { type: "array" };
    at.items = below;
    at = below;
  }
  expect(inputSchemaFaults({ properties: { deep: nested } })).toEqual([
    {
      path: expect.stringMatching(/^input_schema\.properties\.deep(\.items)+$/),
      message: "is nested deeper than 32 levels",
    },
  ]);
});
