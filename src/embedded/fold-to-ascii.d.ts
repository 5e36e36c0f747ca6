declare module "fold-to-ascii" {
  /** Lucene's ASCIIFoldingFilter; `foldMaintaining` leaves what it does not know as it is. */
  const folder: { foldMaintaining(text: string): string };
  export default folder;
}
