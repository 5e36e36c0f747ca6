/** How an API key looks: `sk_`, then 8 to 253 letters, digits, `_` or `-`. */
export const SECRET_PATTERN = /^sk_[A-Za-z0-9_-]{8,253}$/;
