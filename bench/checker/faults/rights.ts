import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { CLOSE } from '@cowrite/contract';
import { writeClientFrame } from '@cowrite/sync-core';
import * as Y from 'yjs';
import { Browser } from '../browser.ts';
import { Person } from '../../people.ts';
import { StudioClient } from '../../studio-client.ts';
import { type Fault, ms, percentile, promise } from '../fault.ts';
import { until } from '../house.ts';

/** Rights hold from the moment core committed them, plus this. */
const EFFECTIVE_WITHIN_MS = 1_000;

/** An edit that no replica made, so that nothing on the client's side holds it back. */
function forged(words: string): Uint8Array {
  const doc = new Y.Doc();
  const paragraph = new Y.XmlElement('paragraph');
  paragraph.insert(0, [new Y.XmlText(words)]);
  doc.getXmlFragment('default').insert(0, [paragraph]);
  return Y.encodeStateAsUpdate(doc);
}

/** Rights that end, shrink or run out while someone writes. */
export const rights: readonly Fault[] = [
  {
    id: 'X34',
    says: 'access tokens live for two seconds and sign-ins for a minute, while someone writes by theirs',
    progressWithinMs: 5_000,
    house: { env: { JWT_EXPIRES_IN: '2s', REFRESH_TOKEN_EXPIRES_IN: '40s' } },
    async strike(scene, { stack, author }) {
      const browser = await Browser.register(stack.core.url, '나루');
      await author.invite(scene.projectId, browser.person, 'writer');
      const writer = scene.addWriter(0, 0, { ticket: () => browser.ticket(scene.projectId) });
      await writer.client.until(() => writer.client.isUp, 'connected');
      const typing = typeFor(() => writer.write(), scene.isShort ? 6_000 : 15_000);
      await typing;
      const closes = writer.client.closes.length;
      // A network that breaks asks for a ticket when the access token is long dead.
      writer.client.cut();
      return {
        heal: async () => writer.client.until(() => writer.client.isUp, 'coming back with a token that was refreshed'),
        kept: async () => promise(closes === 0 && writer.client.renewals > 0 && browser.refreshes > 0, `the socket stays (${closes} closes), renewed in band ${writer.client.renewals}×, refreshed ${browser.refreshes}×`),
      };
    },
  },
  {
    id: 'X35',
    says: 'a sign-in is ended from elsewhere, and its refresh is refused, while someone writes by it',
    progressWithinMs: 5_000,
    async strike(scene, { stack, author }) {
      const browser = await Browser.register(stack.core.url, '나루');
      await author.invite(scene.projectId, browser.person, 'writer');
      const writer = scene.addWriter(0, 0, { ticket: () => browser.ticket(scene.projectId) });
      await writer.client.until(() => writer.client.isUp, 'connected');
      writer.write();
      await writer.client.saved();
      const from = performance.now();
      await browser.endSignIn();
      const closedMs = performance.now() - from + (await until(() => writer.client.closes.length > 0, 'the end of the socket', 10_000));
      const [code] = writer.client.closes;
      for (let edit = 0; edit < 10; edit += 1) writer.write();
      const isRefused = await browser.ticket(scene.projectId).then(
        () => false,
        () => true,
      );
      await scene.lasts(2_000, 500);
      const kept = writer.client.waiting;
      return {
        async heal() {
          await browser.signIn();
          writer.client.comeBack();
        },
        kept: async () =>
          promise(code === 4401 && isRefused && kept === 10 && closedMs <= EFFECTIVE_WITHIN_MS, `closed with ${code} within 1 s: ${ms(closedMs)}; refresh ${isRefused ? 'refused' : 'TAKEN'}, ${kept} edits kept and sent after signing in`),
      };
    },
  },
  {
    id: 'X36',
    says: 'a writer becomes a reader, or is put out, in the middle of a word, and does not care',
    progressWithinMs: 5_000,
    async strike(scene, { stack, author, random }) {
      const other = await Person.register(stack.core.url, '나루');
      await author.invite(scene.projectId, other, 'writer');
      const client = scene.client(0, 0, { person: other });
      await client.until(() => client.isUp && client.canWrite, 'writing');
      const took: number[] = [];
      let refused = 0;
      const role = (name: string) => author.call('PATCH', `/projects/${scene.projectId}/members/${other.userId}`, { role: name });
      for (let round = 0; round < 50; round += 1) {
        await role('reader');
        const from = performance.now();
        await client.until(() => !client.canWrite, 'losing the right', 10_000);
        took.push(performance.now() - from);
        const before = client.refusals.length;
        client.send(writeClientFrame({ type: 'push', channel: 1, number: 1_000_000 + round, kind: 'edit', update: forged(`몰래 쓴 말 ${round}`) }));
        await client.until(() => client.refusals.length > before, 'a refusal', 5_000);
        refused += 1;
        await role('writer');
        await client.until(() => client.canWrite, 'having the right again', 10_000);
        await wait(random() * 10);
      }
      for (let round = 0; round < (scene.isShort ? 5 : 20); round += 1) {
        const guest = await Person.register(stack.core.url, '손님');
        await author.invite(scene.projectId, guest, 'writer');
        const visiting = scene.client(0, round % 2, { person: guest });
        await visiting.until(() => visiting.isUp, 'visiting');
        await author.call('DELETE', `/projects/${scene.projectId}/members/${guest.userId}`);
        const from = performance.now();
        await visiting.until(() => visiting.closes.includes(4403), 'being put out', 10_000);
        took.push(performance.now() - from);
        visiting.stop();
      }
      client.stop();
      return {
        heal: async () => undefined,
        async kept() {
          const text = await author.text(scene.projectId, scene.places[0]!.documentId);
          return promise(
            percentile(took, 99) <= EFFECTIVE_WITHIN_MS && !text.includes('몰래'),
            `${took.length} revocations effective within 1 s: p50 ${ms(percentile(took, 50))}, p99 ${ms(percentile(took, 99))}; ${refused} pushes afterwards refused`,
          );
        },
      };
    },
  },
  {
    id: 'X37',
    says: 'a scene goes to the trash while people write in it, and comes back',
    progressWithinMs: 5_000,
    async strike(scene, { author }) {
      const own = scene.writers.filter(({ documentId }) => documentId === scene.places[0]!.documentId);
      const call = (what: 'trash' | 'restore') => author.call('POST', `/projects/${scene.projectId}/outline/${what}`, { nodeIds: [scene.places[0]!.nodeId] });
      await call('trash');
      const readOnlyMs = await until(() => own.every(({ client }) => !client.canWrite), 'read-only', 10_000);
      await wait(200);
      const since = performance.now();
      await scene.lasts(3_000, 1_000);
      const acked = own.flatMap(({ tokens }) => tokens).filter(({ ackedAt }) => ackedAt !== null && ackedAt >= since).length;
      const closes = own.reduce((sum, { client }) => sum + client.closes.length, 0);
      return {
        heal: () => call('restore').then(() => undefined),
        kept: async ({ drainedMs }) =>
          promise(
            acked === 0 && closes === 0 && readOnlyMs <= EFFECTIVE_WITHIN_MS,
            `read-only within 1 s: ${ms(readOnlyMs)}, nothing taken meanwhile (${acked}), no socket lost (${closes}), what waited was saved ${ms(drainedMs)} after it came back`,
          ),
      };
    },
  },
  {
    id: 'X38',
    says: 'the secret that signs everything is another one from now on',
    progressWithinMs: 5_000,
    async strike(scene, { stack, author }) {
      const browsers = await Promise.all(['나루', '마루', '노루'].map((name) => Browser.register(stack.core.url, name)));
      const writers = [];
      for (const [at, browser] of browsers.entries()) {
        await author.invite(scene.projectId, browser.person, 'writer');
        writers.push(scene.addWriter(0, at % 2, { ticket: () => browser.ticket(scene.projectId) }));
      }
      await Promise.all(writers.map(({ client }) => client.until(() => client.isUp, 'connected')));
      const oldTicket = await browsers[0]!.ticket(scene.projectId);
      await stack.core.end('SIGTERM');
      stack.core.furnish({ JWT_SECRET: randomBytes(48).toString('base64url') });
      await stack.core.start();
      const stayed = scene.writers.reduce((sum, { client }) => sum + client.closes.length, 0) === 0;
      // By now every node has met the new key: everyone comes back, some with an access token of the old one.
      const from = performance.now();
      await Promise.all(scene.writers.map(({ client }) => client.comesBack(15_000)));
      const backMs = performance.now() - from;
      const late = scene.client(0, 0, { ticket: async () => oldTicket });
      await late.until(() => late.closes.length > 0, 'an old ticket being refused', 10_000);
      late.stop();
      return {
        heal: async () => undefined,
        kept: async () =>
          promise(
            stayed && late.closes[0] === CLOSE.signedOut && browsers.every(({ refreshes }) => refreshes === 1),
            `open sockets ${stayed ? 'stay' : 'WERE CLOSED'}, nobody has to sign in (refreshed ${browsers.map(({ refreshes }) => `${refreshes}×`).join(' ')}), everyone is back in ${ms(backMs)}, what the old key signed is refused (${late.closes[0]})`,
          ),
      };
    },
  },
  {
    id: 'X41',
    says: 'someone delivers what another one wrote, and people who may only read, comment or suggest send edits',
    progressWithinMs: 5_000,
    async strike(scene, { stack, author, sql }) {
      const { documentId } = await author.scene(scene.projectId, '남이 쓴 장면');
      const [owner, carrier] = [await Person.register(stack.core.url, '쓴 이'), await Person.register(stack.core.url, '나른 이')];
      for (const person of [owner, carrier]) await author.invite(scene.projectId, person, 'writer');
      const open = (person: Person, clientId?: number) => new StudioClient({ syncUrl: stack.sync.url, documentId, ticket: () => person.projectTicket(scene.projectId), ...(clientId === undefined ? {} : { clientId }) });
      const wrote = open(owner);
      await wrote.until(() => wrote.isUp, 'connected');
      const words = (text: string) => {
        const paragraph = new Y.XmlElement('paragraph');
        paragraph.insert(0, [new Y.XmlText(text)]);
        wrote.doc.getXmlFragment('default').push([paragraph]);
      };
      words('쓴 이가 스스로 보낸 말');
      await wrote.saved();
      wrote.stop();
      words('쓴 이가 길에서 적은 말');
      const carries = open(carrier);
      await carries.until(() => carries.isUp, 'connected');
      Y.applyUpdate(carries.doc, Y.encodeStateAsUpdate(wrote.doc));
      await carries.saved();
      carries.stop();
      const refused: string[] = [];
      for (const role of ['reader', 'reviewer', 'editor']) {
        const person = await Person.register(stack.core.url, role);
        await author.invite(scene.projectId, person, role);
        const client = open(person);
        await client.until(() => client.isUp, 'connected');
        client.send(writeClientFrame({ type: 'push', channel: 1, number: 1, kind: 'edit', update: forged(`몰래 쓴 말 ${role}`) }));
        await client.until(() => client.refusals.length > 0, 'a refusal', 5_000);
        refused.push(...client.refusals);
        client.stop();
      }
      return {
        heal: async () => undefined,
        async kept() {
          await until(async () => (await sql('SELECT FROM sync.authorship WHERE document_id = $1', [documentId])).length > 1, 'folding', 30_000);
          const carried = await sql('SELECT FROM sync.authorship a JOIN sync.client_owner o USING (document_id, client) WHERE a.document_id = $1 AND a.user_id = $2 AND o.user_id = $3', [documentId, carrier.userId, owner.userId]);
          const text = await author.text(scene.projectId, documentId);
          return promise(
            text === '쓴 이가 스스로 보낸 말\n쓴 이가 길에서 적은 말' && carried.length > 0 && refused.every((reason) => reason === 'not-allowed'),
            `what was carried is kept, as carried by whoever brought it (${carried.length}); refused to a reader, a reviewer, an editor: ${refused.join(', ')}`,
          );
        },
      };
    },
  },
];

async function typeFor(write: () => void, forMs: number): Promise<void> {
  const began = performance.now();
  while (performance.now() - began < forMs) {
    write();
    await wait(50);
  }
}
