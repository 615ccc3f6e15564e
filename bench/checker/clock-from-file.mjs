// Loaded into a service whose wall clock the checker sets (NODE_OPTIONS=--import): the file COWRITE_CHECKER_CLOCK holds by how
// many milliseconds it is wrong. What is measured by performance.now() and timers stays right, as on a machine whose clock
// somebody sets.
import { readFileSync } from 'node:fs';

const file = process.env.COWRITE_CHECKER_CLOCK;
const RealDate = Date;
let offMs = 0;
const look = () => {
  offMs = Number(readFileSync(file, 'utf8'));
};
look();
setInterval(look, 20).unref();

globalThis.Date = class Date extends RealDate {
  constructor(...when) {
    if (when.length === 0) super(RealDate.now() + offMs);
    else super(...when);
  }

  static now() {
    return RealDate.now() + offMs;
  }
};
