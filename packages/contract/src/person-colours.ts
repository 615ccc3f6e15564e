/**
 * Twelve hues of equal lightness (OKLCH L 0.55, C 0.13), told apart in both themes; the index is a member's `colour`.
 * A colour is never alone: a name stands beside it.
 */
export const PERSON_COLOURS = ['#b14a4f', '#a95a22', '#8f6c00', '#687b14', '#2f8541', '#00876d', '#008394', '#0079b2', '#4569bf', '#7359b8', '#9450a1', '#a84a7c'] as const;
