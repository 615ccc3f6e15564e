/** The world did what it must never do. Its message begins with the invariant. */
export class Violation extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'Violation';
  }
}
