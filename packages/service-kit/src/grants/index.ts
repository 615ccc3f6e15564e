export * from './grants.ts';
export * from './together.ts';
