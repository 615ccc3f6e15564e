import { type Route, routes } from '@cowrite/contract';
import { figuresOf, type Logger, type Pool, requestId, watchPools } from '@cowrite/service-kit';
import { answerProblem, listenOn, observe, openApiDocument, serveApiDocs, whyNothingAt } from '@cowrite/service-kit/http';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AccountsController } from './accounts/accounts.controller.ts';
import { Accounts } from './accounts/accounts.ts';
import { Identities } from './accounts/identities.ts';
import { OtherHouses } from './accounts/other-houses.ts';
import { Passwords } from './accounts/passwords.ts';
import { SignIns } from './accounts/sign-ins.ts';
import { SocialController } from './accounts/social.controller.ts';
import { Social } from './accounts/social.ts';
import { AssistsController } from './assists/assists.controller.ts';
import { Assists } from './assists/assists.ts';
import { Meanings } from './assists/meanings.ts';
import { Ranking } from './assists/ranking.ts';
import type { CoreConfig } from './config.ts';
import { DocumentsController } from './documents/documents.controller.ts';
import { Documents, watchEdits } from './documents/documents.ts';
import { watchBackups } from './platform/backups.ts';
import { ImportsController } from './imports/imports.controller.ts';
import { Imports } from './imports/imports.ts';
import { InvitationsController } from './invitations/invitations.controller.ts';
import { Invitations } from './invitations/invitations.ts';
import { MembersController } from './members/members.controller.ts';
import { Members } from './members/members.ts';
import { OutlineController } from './outline/outline.controller.ts';
import { Outline } from './outline/outline.ts';
import { coreApi } from './platform/api.ts';
import type { Clock } from './platform/clock.ts';
import { SessionCookies } from './platform/cookies.ts';
import { databaseOver } from './platform/database.ts';
import { Guard } from './platform/guard.ts';
import { HealthController, POOL, serviceRoutes } from './platform/health.controller.ts';
import { prepare } from './platform/http.ts';
import { Idempotency } from './platform/idempotency.ts';
import { Keys } from './platform/keys.ts';
import { ProblemFilter } from './platform/problem-filter.ts';
import { Rate } from './platform/rates.ts';
import { Workers } from './platform/workers.ts';
import { PicturesController } from './pictures/pictures.controller.ts';
import { Pictures } from './pictures/pictures.ts';
import { ProjectsController } from './projects/projects.controller.ts';
import { Projects } from './projects/projects.ts';
import { SearchController } from './search/search.controller.ts';
import { Search } from './search/search.ts';
import { TermsController } from './terms/terms.controller.ts';
import { Terms } from './terms/terms.ts';
import { TranslationsController } from './translations/translations.controller.ts';
import { Translations } from './translations/translations.ts';

@Module({})
class CoreModule {}

/** What core is made of, and how it is put together. Everything comes in by hand: nothing depends on emitted metadata. */
export interface Core {
  readonly app: NestFastifyApplication;
  /** Begins to serve. @returns the port, which differs from the configured one when that is 0. */
  listen(): Promise<{ port: number }>;
  /** Forgets what is over: answers of repeated requests, ended sign-ins. Done every hour by itself. */
  sweep(): Promise<void>;
  /** Lets requests on their way finish, then stops. The pool stays with whoever made it. */
  close(): Promise<void>;
}

/** Puts core together over a migrated database. It does not listen yet. */
export async function createCore({ config, pool, clock, logger }: { config: CoreConfig; pool: Pool; clock: Clock; logger: Logger }): Promise<Core> {
  const db = databaseOver(pool);
  const keys = await Keys.from(config.jwtSecret);
  const workers = new Workers(config.limits);
  const identities = new Identities(db, keys, clock);
  const idempotency = new Idempotency(db, clock);
  const guard = new Guard(db, identities, idempotency, new SessionCookies(config), config, new Rate('request', config.limits.requestsPerMinute, 60));
  const signIns = new SignIns(keys, identities, config, clock);
  const accounts = new Accounts(db, { keys, passwords: new Passwords(config.passwordHash), identities, signIns }, config, clock);
  const social = new Social(db, { houses: new OtherHouses(config, logger), accounts, identities, signIns }, clock);
  const pictures = new Pictures(db, keys, config.limits, clock);
  const outline = new Outline(db, clock, config.limits);
  const documents = new Documents(db, { keys, workers }, config.limits, clock);
  const ranking = new Ranking(db, workers, logger);
  await ranking.find();
  const meanings = new Meanings(db, { ranking, documents });

  const registry = figuresOf('core');
  watchPools(registry, { main: pool });
  watchEdits(registry, db, clock);
  watchBackups(registry, db);

  const adapter = new FastifyAdapter({
    // What goes wrong before there is a route: an address that cannot be read.
    frameworkErrors: (failure: Error, request: FastifyRequest, reply: FastifyReply) => answerProblem(failure, request, reply, { log: logger }),
    trustProxy: config.trustedProxies.length > 0 ? config.trustedProxies : false,
    genReqId: requestId,
    bodyLimit: config.limits.bodyBytesMax,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200 },
  });
  const instance = adapter.getInstance();
  const all: Route[] = [...Object.values(serviceRoutes), ...Object.values(routes).flatMap((noun) => Object.values(noun) as Route[])];
  const to = observe(instance, { log: logger, registry });
  prepare(instance, { guard, config });
  serveApiDocs(instance, openApiDocument(coreApi), { pagePath: '/api-docs', documentPath: '/api-docs-json' });
  const app = await NestFactory.create<NestFastifyApplication>(
    {
      module: CoreModule,
      controllers: [
        HealthController,
        AccountsController,
        SocialController,
        ProjectsController,
        MembersController,
        InvitationsController,
        OutlineController,
        DocumentsController,
        AssistsController,
        PicturesController,
        SearchController,
        ImportsController,
        TranslationsController,
        TermsController,
      ],
      providers: [
        { provide: POOL, useValue: pool },
        { provide: Keys, useValue: keys },
        { provide: Accounts, useValue: accounts },
        { provide: Social, useValue: social },
        { provide: Projects, useValue: new Projects(db, pictures, clock) },
        { provide: Pictures, useValue: pictures },
        { provide: Members, useValue: new Members(db, clock) },
        { provide: Invitations, useValue: new Invitations(db, clock, config) },
        { provide: Outline, useValue: outline },
        { provide: Search, useValue: new Search(db, clock) },
        { provide: Imports, useValue: new Imports(db, { outline, workers }, config.limits, clock) },
        { provide: Documents, useValue: documents },
        { provide: Translations, useValue: new Translations(db, { documents }, clock) },
        { provide: Terms, useValue: new Terms(db, clock) },
        { provide: Meanings, useValue: meanings },
        { provide: Assists, useValue: new Assists(db, { keys, workers, documents, meanings }, clock) },
      ],
    },
    adapter,
    { logger: false, bodyParser: false, abortOnError: false },
  );
  app.useGlobalFilters(new ProblemFilter(to, whyNothingAt(all)));
  await app.init();
  await instance.ready();

  const sweep = async (): Promise<void> => {
    await Promise.all([idempotency.sweep(), accounts.sweep(), social.sweep()]);
  };
  const sweeping = setInterval(() => void sweep().catch((failure: unknown) => logger.warn({ err: failure }, 'what is over could not be swept')), 3_600_000);
  sweeping.unref();
  let listening: { close(): Promise<void> } | undefined;
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    clearInterval(sweeping);
    await listening?.close();
    await app.close();
    await workers.close();
  };
  return {
    app,
    async listen() {
      const started = await listenOn(instance, config.hosts, config.port, logger);
      listening = started;
      return { port: started.port };
    },
    sweep,
    close: () => (closing ??= close()),
  };
}
