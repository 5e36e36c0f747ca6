/** URLs under which a blob in S3 can be read for a while without credentials, made by the AWS SDK's presigner (signed here:
 *  S3 itself is not asked). The SDK is loaded on first use, since it takes longer to load than the rest of the service. */

export interface PresignerSettings {
  /** Of an S3-compatible store; AWS's own where undefined. */
  endpoint: string | undefined;
  region: string | undefined;
  accessKeyId: string | undefined;
  secretAccessKey: string | undefined;
  /** The buckets that may be presigned. A caller may write any `s3://` URL into a document, so others are not. */
  buckets: readonly string[];
}

export type Presigned = { presigned_url: string } | { unavailable_reason: string };

export interface Presigner {
  /** For an `s3://bucket/key` URL. Never throws: what can't be signed says why. */
  presign(url: string): Promise<Presigned>;
}

export const PRESIGNED_SECONDS = 3600;
const DEFAULT_REGION = "us-east-1";

const unavailable = (reason: string): Presigned => ({ unavailable_reason: reason });

/** Bucket and key; undefined for what is no `s3://` URL of an object. The key is taken as it is: S3 keys are no URLs. */
export function parseS3Url(url: string): { bucket: string; key: string } | undefined {
  const match = /^s3:\/\/([^/]+)\/(.+)$/s.exec(url);
  const [, bucket, key] = match ?? [];
  return bucket === undefined || key === undefined ? undefined : { bucket, key };
}

type Sign = (bucket: string, key: string) => Promise<string>;

async function loadSigner(settings: PresignerSettings, accessKeyId: string, secretAccessKey: string): Promise<Sign> {
  const [{ GetObjectCommand, S3Client }, { getSignedUrl }] = await Promise.all([
    import("@aws-sdk/client-s3"),
    import("@aws-sdk/s3-request-presigner"),
  ]);
  const client = new S3Client({
    region: settings.region ?? DEFAULT_REGION,
    credentials: { accessKeyId, secretAccessKey },
    // Path style: other S3 stores and buckets with dots in their names have no host name of their own.
    ...(settings.endpoint === undefined ? {} : { endpoint: settings.endpoint, forcePathStyle: true }),
  });
  return (bucket, key) =>
    getSignedUrl(client, new GetObjectCommand({ Bucket: bucket, Key: key }), { expiresIn: PRESIGNED_SECONDS });
}

export function createPresigner(settings: PresignerSettings): Presigner {
  const { accessKeyId, secretAccessKey, buckets } = settings;
  let signer: Promise<Sign> | undefined;
  return {
    async presign(url) {
      const object = parseS3Url(url);
      if (object === undefined) return unavailable("The url is not s3://bucket/key.");
      if (accessKeyId === undefined || secretAccessKey === undefined) {
        return unavailable("No S3 credentials are configured.");
      }
      if (!buckets.includes(object.bucket)) {
        return unavailable(`The bucket ${object.bucket} is not among those that may be presigned.`);
      }
      signer ??= loadSigner(settings, accessKeyId, secretAccessKey);
      try {
        const sign = await signer;
        return { presigned_url: await sign(object.bucket, object.key) };
      } catch {
        signer = undefined;
        return unavailable("The url could not be signed.");
      }
    },
  };
}
