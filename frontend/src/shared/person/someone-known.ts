/** Where this browser keeps who signed in last. */
export const PERSON_STORAGE_KEY = 'cowrite.person';

/** Whether someone is signed in on this browser as far as it knows; asks nobody, and weighs nothing on the front page. */
export function isSomeoneKnown(): boolean {
  try {
    return localStorage.getItem(PERSON_STORAGE_KEY) !== null;
  } catch {
    // Storage that refuses knows nobody.
    return false;
  }
}
