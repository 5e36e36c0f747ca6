/** A bucket's name: `[0, 10)` holds 0 and not 10. */
export const bucketName = (lower: number, upper: number): string => `[${lower}, ${upper})`;
