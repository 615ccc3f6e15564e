import { CLOSE, type CloseCode } from '@cowrite/contract';
import type { Logger } from '@cowrite/service-kit';
import { type Credential, type Grant, Grants, type Standing } from '@cowrite/service-kit/grants';

/** A live connection of any wire, as far as rights are concerned. */
export interface Visitor {
  readonly grants: readonly Grant[];
  /** The right to a project changed. Wires that cannot say so in band close. */
  standingChanged(grant: Grant, standing: Standing): void;
  /** The sign-in or token behind it ends within a minute: the client may show a fresh one. */
  expiresSoon(grant: Grant): void;
  close(code: CloseCode, reason: string): void;
}

/** How long before the end of a sign-in its sockets are asked for a fresh one. */
const RENEW_BEFORE_MS = 60_000;

/**
 * Everyone who is connected. Rights are checked when core says that something changed, and every few seconds in any
 * case, so that a lost event costs seconds and never a right (ADR 0006: ≤ 1 s by event, ≤ 5 s without).
 */
export class Visitors {
  readonly #grants: Grants;
  readonly #perPersonMax: number;
  readonly #logger: Logger;
  readonly #visitors = new Set<Visitor>();
  readonly #perPerson = new Map<string, number>();
  #checking: Promise<void> | null = null;
  #again = false;

  constructor({ grants, perPersonMax, logger }: { grants: Grants; perPersonMax: number; logger: Logger }) {
    this.#grants = grants;
    this.#perPersonMax = perPersonMax;
    this.#logger = logger;
  }

  /** Counts a socket in; false when this person has too many already. */
  admit(userId: string): boolean {
    const open = this.#perPerson.get(userId) ?? 0;
    if (open >= this.#perPersonMax) return false;
    this.#perPerson.set(userId, open + 1);
    return true;
  }

  dismiss(userId: string): void {
    const open = (this.#perPerson.get(userId) ?? 1) - 1;
    if (open === 0) this.#perPerson.delete(userId);
    else this.#perPerson.set(userId, open);
  }

  add(visitor: Visitor): void {
    this.#visitors.add(visitor);
  }

  remove(visitor: Visitor): void {
    this.#visitors.delete(visitor);
  }

  /** Asks core how everyone stands. A question that fails leaves things as they are until the next one. */
  check(): void {
    if (this.#checking) {
      this.#again = true;
      return;
    }
    this.#checking = this.#check()
      .catch((error: unknown) => this.#logger.warn({ err: error }, 'standings could not be checked; the next poll will'))
      .finally(() => {
        this.#checking = null;
        if (this.#again) {
          this.#again = false;
          this.check();
        }
      });
  }

  async #check(): Promise<void> {
    const asked = new Map<string, { grant: Grant; visitors: { visitor: Visitor; grant: Grant }[] }>();
    for (const visitor of this.#visitors) {
      for (const grant of visitor.grants) {
        const key = `${grant.who.userId} ${credentialKey(grant.credential)} ${grant.projectId}`;
        const entry = asked.get(key) ?? { grant, visitors: [] };
        entry.visitors.push({ visitor, grant });
        asked.set(key, entry);
      }
    }
    const entries = [...asked.values()];
    const standings = await this.#grants.standings(entries.map(({ grant }) => grant));
    entries.forEach(({ visitors }, at) => {
      const standing = standings[at]!;
      for (const { visitor, grant } of visitors) {
        if (!standing.alive) visitor.close(CLOSE.signedOut, 'signed out');
        else {
          if (standing.role !== grant.role) visitor.standingChanged(grant, standing);
          if (standing.expiresAt && standing.expiresAt.getTime() - Date.now() < RENEW_BEFORE_MS) visitor.expiresSoon(grant);
        }
      }
    });
  }
}

const credentialKey = ({ kind, id }: Credential): string => `${kind}:${id}`;
