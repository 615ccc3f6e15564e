import { type In, Problem, social } from '@cowrite/contract';
import { Controller, Inject } from '@nestjs/common';
import { Endpoint, type RequestContext } from '../platform/endpoint.ts';
import type { SignedIn, Visitor } from '../platform/grants.ts';
import type { Signed } from './accounts.ts';
import { type Sent, Social } from './social.ts';

/** Sends the browser off: what it is to keep until it comes back is in a cookie. */
const off = async (context: RequestContext, sent: Promise<Sent>) => {
  const { url, browser, expiresAt } = await sent;
  context.keepErrand(browser, expiresAt);
  return { url };
};

const keep = async <S extends Signed>(context: RequestContext, signed: Promise<S>) => {
  const { tokens, ...rest } = await signed;
  context.signIn(tokens);
  return rest;
};

@Controller()
export class SocialController {
  constructor(@Inject(Social) private readonly social: Social) {}

  @Endpoint(social.providers) async providers() {
    return this.social.providers();
  }
  @Endpoint(social.begin) begin(_: Visitor, { provider, next }: In<typeof social.begin>, context: RequestContext) {
    return off(context, this.social.begin(provider, { next }));
  }
  @Endpoint(social.finish) finish(_: Visitor, { provider, query }: In<typeof social.finish>, context: RequestContext) {
    return keep(context, this.social.finish(provider, query, context.errand, context));
  }
  @Endpoint(social.prove) prove(_: Visitor, input: In<typeof social.prove>, context: RequestContext) {
    return keep(context, this.social.prove(input, context.errand, context));
  }
  @Endpoint(social.claim) claim(_: Visitor, input: In<typeof social.claim>, context: RequestContext) {
    return keep(context, this.social.claim(input, context.errand, context));
  }
  @Endpoint(social.identities) identities(who: SignedIn) {
    return this.social.list(inPerson(who));
  }
  @Endpoint(social.beginLink) beginLink(who: SignedIn, { provider }: In<typeof social.beginLink>, context: RequestContext) {
    return off(context, this.social.begin(provider, { who: inPerson(who) }));
  }
  @Endpoint(social.finishLink) finishLink(who: SignedIn, { provider, query }: In<typeof social.finishLink>, context: RequestContext) {
    return this.social.finishLink(inPerson(who), provider, query, context.errand);
  }
  @Endpoint(social.unlink) unlink(who: SignedIn, input: In<typeof social.unlink>) {
    return this.social.unlink(inPerson(who), input);
  }
}

/** Ways in are changed by people in a browser: a program’s token must not be able to outlive itself. */
function inPerson(who: SignedIn): SignedIn {
  if (who.credential.kind !== 'sign-in') throw new Problem('forbidden');
  return who;
}
