import { routes } from '@cowrite/contract';
import type { ApiDescription } from '@cowrite/service-kit/http';
import { serviceRoutes } from './health.controller.ts';

/** Core's own words for its OpenAPI document; the rest of it comes from the contract. */
export const coreApi: ApiDescription = {
  title: 'Cowrite Core API',
  description: 'Works, their outline and their people. Browsers sign in by cookie and send `x-requested-with` with every change; programs send a personal token as bearer.',
  tables: { service: serviceRoutes, ...routes },
  tags: {
    service: '상태 · Health and keys',
    accounts: '계정 · Accounts, sign-ins and personal tokens',
    social: '다른 계정으로 로그인 · Signing in with Google and Kakao',
    projects: '작품 · Works',
    members: '함께 쓰는 사람 · Members',
    invitations: '초대 · Invitations',
    outline: '차례 · Outline',
    search: '찾기 · Search',
    imports: '가져오기 · Imports',
    tickets: '입장권 · Tickets for the sockets',
    assistGrants: '집필 도움 · What help by AI may have',
    documents: '본문 · Manuscript text',
    translations: '번역 · Translations of scenes that were kept',
    terms: '용어집 · The glossary of a work',
    media: '첨부 · Pictures: tickets to bring them, addresses to see them',
  },
  securitySchemes: { cookie: { type: 'apiKey', in: 'cookie', name: '__Host-cowrite-access' }, bearer: { type: 'http', scheme: 'bearer', description: 'A personal token (cwp_…).' } },
};
