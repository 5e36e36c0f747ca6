import { createPresigner, parseS3Url } from "../../../src/blobs/presigner";

const settings = {
  endpoint: "http://127.0.0.1:9000",
  region: "eu-central-1",
  accessKeyId: "AKIAEXAMPLE",
  secretAccessKey: "secret",
  buckets: ["media"],
};

describe("createPresigner", () => {
  it("signs an object of a bucket that may be presigned", async () => {
    const signed = await createPresigner(settings).presign("s3://media/talks/a b.mp4");
    const url = new URL("presigned_url" in signed ? signed.presigned_url : "none:");
    expect(url.origin + url.pathname).toBe("http://127.0.0.1:9000/media/talks/a%20b.mp4");
    expect(url.searchParams.get("X-Amz-Credential")).toMatch(/^AKIAEXAMPLE\/\d{8}\/eu-central-1\/s3\/aws4_request$/);
    expect(url.searchParams.get("X-Amz-Expires")).toBe("3600");
    expect(url.searchParams.get("X-Amz-Signature")).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ["another bucket", settings, "s3://secrets/a", /secrets/],
    ["no credentials", { ...settings, secretAccessKey: undefined }, "s3://media/a", /credentials/],
    ["no key", settings, "s3://media/", /s3:\/\/bucket\/key/],
    ["no bucket", settings, "s3:///a", /s3:\/\/bucket\/key/],
  ])("says why there is no url: %s", async (_what, given, url, reason) => {
    expect(await createPresigner(given).presign(url)).toEqual({ unavailable_reason: expect.stringMatching(reason) });
  });
});

describe("parseS3Url", () => {
  it("takes the key as it is", () => {
    expect(parseS3Url("s3://b/x?y#z%20/ä")).toEqual({ bucket: "b", key: "x?y#z%20/ä" });
  });
});
