/** The face through which http asks who an API key stands for; keys/ implements it over inlet_control. */
import { type Principal } from "./principal";

/** Why a key that was sent stands for no one. */
export interface RefusedKey {
  refused: "unknown" | "expired" | "revoked";
}

export interface KeyLookup {
  /** Who the secret stands for. Revocation shows within 5 s. @throws InletError 503 where Qdrant can't be asked. */
  find(secret: string, options: { signal: AbortSignal }): Promise<Principal | RefusedKey>;
}
