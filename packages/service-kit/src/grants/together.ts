/** Questions in one query, so that a storm of them cannot make a statement the database is not at ease with. */
const AT_ONCE = 500;

/**
 * Gathers questions and asks them together: those of one turn of the event loop, and those that come while an answer is
 * under way. When five hundred people come back at once, the database is asked a few times and not two thousand.
 */
export class Together<Question, Answer> {
  readonly #ask: (questions: readonly Question[]) => Promise<readonly Answer[]>;
  #waiting: { question: Question; resolve: (answer: Answer) => void; reject: (error: unknown) => void }[] = [];
  #running = false;

  /** `ask` answers in the order of the questions. */
  constructor(ask: (questions: readonly Question[]) => Promise<readonly Answer[]>) {
    this.#ask = ask;
  }

  /** @throws what the asking threw, for everyone who asked with it. */
  ask(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ question, resolve, reject });
      if (!this.#running) {
        this.#running = true;
        setImmediate(() => void this.#run());
      }
    });
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const asked = this.#waiting.splice(0, AT_ONCE);
      try {
        const answers = await this.#ask(asked.map(({ question }) => question));
        asked.forEach(({ resolve }, at) => resolve(answers[at]!));
      } catch (error) {
        for (const { reject } of asked) reject(error);
      }
    }
    this.#running = false;
  }
}
