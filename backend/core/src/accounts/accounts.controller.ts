import { accounts, type In, Problem } from '@cowrite/contract';
import { Controller, Inject } from '@nestjs/common';
import { Endpoint, type RequestContext } from '../platform/endpoint.ts';
import type { SignedIn, Visitor } from '../platform/grants.ts';
import { Accounts, type Signed } from './accounts.ts';

const keep = async (context: RequestContext, signed: Promise<Signed>) => {
  const { user, tokens } = await signed;
  context.signIn(tokens);
  return { user };
};

@Controller()
export class AccountsController {
  constructor(@Inject(Accounts) private readonly accounts: Accounts) {}

  @Endpoint(accounts.register) register(_: Visitor, input: In<typeof accounts.register>, context: RequestContext) {
    return keep(context, this.accounts.register(input, context));
  }
  @Endpoint(accounts.login) login(_: Visitor, input: In<typeof accounts.login>, context: RequestContext) {
    return keep(context, this.accounts.login(input, context));
  }
  @Endpoint(accounts.refresh) async refresh(_: Visitor, _input: unknown, context: RequestContext) {
    try {
      return await keep(context, this.accounts.refresh(context.refreshToken, context));
    } catch (failure) {
      // Only when the cookies are worth nothing any more; a busy server must not sign anyone out.
      if (failure instanceof Problem && (failure.code === 'signed-out' || failure.code === 'sign-in-expired')) context.signOut();
      throw failure;
    }
  }
  @Endpoint(accounts.logout) async logout(_: Visitor, _input: unknown, context: RequestContext) {
    await this.accounts.logout(context.refreshToken);
    context.signOut();
  }
  @Endpoint(accounts.me) me(who: SignedIn) {
    return this.accounts.me(who);
  }
  @Endpoint(accounts.update) update(who: SignedIn, input: In<typeof accounts.update>) {
    return this.accounts.update(who, input);
  }
  @Endpoint(accounts.changePassword) changePassword(who: SignedIn, input: In<typeof accounts.changePassword>) {
    return this.accounts.changePassword(who, input);
  }
  @Endpoint(accounts.signIns) signIns(who: SignedIn) {
    return this.accounts.signIns(who);
  }
  @Endpoint(accounts.endSignIn) endSignIn(who: SignedIn, input: In<typeof accounts.endSignIn>) {
    return this.accounts.endSignIn(who, input);
  }
  @Endpoint(accounts.createToken) createToken(who: SignedIn, input: In<typeof accounts.createToken>) {
    return this.accounts.createToken(who, input);
  }
  @Endpoint(accounts.tokens) tokens(who: SignedIn) {
    return this.accounts.tokens(who);
  }
  @Endpoint(accounts.revokeToken) revokeToken(who: SignedIn, input: In<typeof accounts.revokeToken>) {
    return this.accounts.revokeToken(who, input);
  }
}
