import { pathPointId, pointId } from "../../../../src/embedded/http/requests/point-id";
import { decoded, refusal } from "./json";

describe("a point id in a body", () => {
  it.each([
    ["0", 0],
    ["9007199254740991", 9_007_199_254_740_991],
    ["9007199254740993", 9_007_199_254_740_993n],
    ["18446744073709551615", 18_446_744_073_709_551_615n],
    ['"A1B2C3D4-0000-4000-8000-00000000ABCD"', "a1b2c3d4-0000-4000-8000-00000000abcd"],
    ['"a1b2c3d400004000800000000000abcd"', "a1b2c3d4-0000-4000-8000-00000000abcd"],
    ['"{a1b2c3d4-0000-4000-8000-00000000abcd}"', "a1b2c3d4-0000-4000-8000-00000000abcd"],
    ['"urn:uuid:a1b2c3d4-0000-4000-8000-00000000abcd"', "a1b2c3d4-0000-4000-8000-00000000abcd"],
  ])("%s is read without loss", (text, id) => {
    expect(decoded(pointId, text)).toBe(id);
  });

  it.each(["-1", "5.5", "5.0", "1e3", "18446744073709551616", '"5"', '""', '"five"', "true", "null", "[1]", "{}"])(
    "%s is refused",
    (text) => {
      const { status, text: message } = refusal(() => decoded(pointId, text));
      expect(status).toBe(400);
      expect(message).toMatch(/^Format error in JSON body: value .* is not a valid point ID/);
    },
  );
});

describe("a point id in a path", () => {
  it("is a number where it is digits", () => {
    expect(pathPointId("0007")).toBe(7);
    expect(pathPointId("18446744073709551615")).toBe(18_446_744_073_709_551_615n);
  });

  it.each(["seven", "-7", "7.0", "18446744073709551616", "", "0x10", "7 "])("%j is refused", (text) => {
    expect(refusal(() => pathPointId(text))).toEqual({
      status: 400,
      text: `Wrong input: Can not recognize "${text}" as point id`,
    });
  });
});
