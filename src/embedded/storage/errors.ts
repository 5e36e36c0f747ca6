/** Why the engine could not start: what to do differs, so each kind is its own. */
export class StartError extends Error {
  constructor(
    readonly code:
      "folder_locked" | "wrong_format" | "folder_unusable" | "snapshot_refused" | "port_taken" | "cannot_listen",
    message: string,
    options?: { cause: unknown },
  ) {
    super(message, options);
    this.name = "StartError";
  }
}
