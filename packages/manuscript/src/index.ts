export * from './episode-numbers.ts';
export * from './order-key.ts';
export * from './outline-tree.ts';
export * from './scene-schema.ts';
export * from './scene-text.ts';
export * from './text-length.ts';
