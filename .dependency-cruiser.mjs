/** The arrows of architecture.md §2, as far as a tool sees them. `scripts/check-source.mjs` sees the rest. */
const OURS = '^(packages|backend|frontend|bench|e2e|scripts)/';
const TESTS = '(\\.test\\.tsx?|\\.suite\\.ts|\\.story\\.ts)$|/testing/';
const BUILT_IN = ['core'];

const between = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

export default {
  forbidden: [
    between('no-cycles', 'Rule 1: what cannot be read from one end cannot be read.', {}, { circular: true }),
    between('contract-knows-only-zod', 'Rule 2: the contract imports nothing of ours and no package but zod.', { path: '^packages/contract/', pathNot: TESTS }, { pathNot: ['^packages/contract/', 'node_modules/zod/'] }),
    between('packages-know-no-service', 'Rule 2: a package serves everyone.', { path: '^packages/' }, { path: '^(backend|frontend|bench|e2e|scripts)/' }),
    between('services-meet-in-packages', 'Rule 3: a service imports no other service and no studio.', { path: '^backend/([^/]+)/' }, { path: '^(backend|frontend|bench|e2e|scripts)/', pathNot: '^backend/$1/' }),
    between('studio-meets-in-packages', 'Rule 3: the studio imports no service and no server package.', { path: '^frontend/src/' }, { path: '^(backend|bench|e2e|scripts|packages/service-kit)/' }),
    between('pure-packages', 'Rule 4: sync-core and manuscript run anywhere: no built-in of Node.', { path: '^packages/(sync-core|manuscript)/src/', pathNot: TESTS }, { dependencyTypes: BUILT_IN }),
    between(
      'use-cases-know-no-http',
      'Rule 5: only controllers, the platform and the composition root know Nest and HTTP.',
      { path: '^backend/core/src/', pathNot: ['^backend/core/src/platform/', '\\.controller\\.ts$', '^backend/core/src/(app|main|worker)\\.ts$', TESTS] },
      { path: 'node_modules/(@nestjs/|fastify/|@fastify/)' },
    ),
    between('stores-are-private', 'Rule 6: a store is imported by its own noun of its own service, and by nobody else’s tables.', { path: OURS, pathNot: '^backend/([^/]+)/src/' }, { path: '\\.store\\.ts$' }),
    between('stores-stay-in-their-service', 'Rule 6: each table has one owning service.', { path: '^backend/([^/]+)/' }, { path: '^backend/.*\\.store\\.ts$', pathNot: '^backend/$1/' }),
    between('features-do-not-meet', 'Rule 7: features are composed by app/, never by each other.', { path: '^frontend/src/features/([^/]+)/' }, { path: '^frontend/src/(features|app)/', pathNot: '^frontend/src/features/$1/' }),
    between('shared-knows-no-feature', 'Rule 7: shared/ is below the features.', { path: '^frontend/src/shared/' }, { path: '^frontend/src/(features|app)/' }),
    between('nothing-unresolved', 'An import that resolves to nothing breaks at run time.', { path: OURS }, { couldNotResolve: true, pathNot: '^node:' }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // The peers have packages of their own, installed when they are measured.
    exclude: { path: '(^|/)(dist|\\.next|\\.build)/|^bench/peers/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'], extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'] },
  },
};
