export * from './api-docs.ts';
export * from './edge.ts';
export * from './input.ts';
export * from './listen.ts';
export * from './observe.ts';
export * from './openapi.ts';
export * from './problem-answer.ts';
export * from './requests.ts';
