'use client';

import { InvitableRole, type Member, ROLE_NAMES, type Role, Role as RoleSchema, routes, type UserId } from '@cowrite/contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Copy } from 'lucide-react';
import { useState } from 'react';
import { call } from '../../shared/api/call.ts';
import { problemText } from '../../shared/api/problem-text.ts';
import { ROLE_LINES } from '../../shared/i18n/role-words.ts';
import { exactTime } from '../../shared/i18n/numbers.ts';
import { useLocale, useWords, wordsOf } from '../../shared/i18n/words.tsx';
import { useProject } from '../../shared/project/project.tsx';
import { Button } from '../../shared/ui/button.tsx';
import { useNotify } from '../../shared/ui/notices.tsx';
import { PlainPage, Section } from '../../shared/ui/plain-page.tsx';
import { SelectField } from '../../shared/ui/select-field.tsx';
import { Sheet } from '../../shared/ui/sheet.tsx';
import { Skeleton } from '../../shared/ui/state.tsx';
import { TextField } from '../../shared/ui/text-field.tsx';

const words = wordsOf({
  ko: {
    title: '사람들',
    text: '이 작품을 함께 쓰고 읽는 사람들입니다.',
    members: '함께하는 사람',
    me: '나',
    role: (name: string) => `${name} 님의 역할`,
    remove: '내보내기',
    leave: '이 작품에서 나가기',
    transfer: '대표 넘기기',
    askRemove: (name: string) => `${name} 님을 내보낼까요?`,
    askRemoveText: '바로 이 작품을 볼 수 없게 됩니다. 지금까지 쓴 글은 남습니다.',
    askLeave: '이 작품에서 나갈까요?',
    askLeaveText: '다시 들어오려면 새 초대가 필요합니다.',
    askTransfer: (name: string) => `${name} 님에게 대표를 넘길까요?`,
    askTransferText: '나는 공동 작가가 됩니다.',
    cancel: '그만두기',
    invite: '초대 링크 만들기',
    inviteText: '링크를 가진 사람은 기한 안에 정해진 역할로 들어옵니다.',
    inviteRole: '들어올 사람의 역할',
    expiry: '쓸 수 있는 기간',
    day: '하루',
    week: '일주일',
    month: '한 달',
    make: '링크 만들기',
    link: '초대 링크 (지금만 볼 수 있습니다)',
    copy: '복사하기',
    copied: '초대 링크를 복사했습니다.',
    notCopied: '복사하지 못했습니다. 링크를 직접 골라 복사해 주세요.',
    open: '열려 있는 초대',
    noneOpen: '열려 있는 초대가 없습니다.',
    until: (time: string) => `${time}까지`,
    uses: (count: number) => (count > 0 ? ` · ${count}명이 들어옴` : ''),
    revoke: '거두기',
    revoked: '초대를 거두었습니다.',
    changed: '역할을 바꾸었습니다.',
    removed: '내보냈습니다.',
    transferred: '대표를 넘겼습니다.',
    roles: '역할이 하는 일',
  },
  en: {
    title: 'People',
    text: 'Those who write and read this work with you.',
    members: 'Members',
    me: 'you',
    role: (name) => `Role of ${name}`,
    remove: 'Remove',
    leave: 'Leave this work',
    transfer: 'Hand over',
    askRemove: (name) => `Remove ${name}?`,
    askRemoveText: 'They can no longer see this work. What they wrote stays.',
    askLeave: 'Leave this work?',
    askLeaveText: 'Coming back needs a new invitation.',
    askTransfer: (name) => `Hand the work over to ${name}?`,
    askTransferText: 'You become a writer.',
    cancel: 'Cancel',
    invite: 'Make an invitation link',
    inviteText: 'Whoever has the link joins with that role until it expires.',
    inviteRole: 'Role of those who join',
    expiry: 'Good for',
    day: 'a day',
    week: 'a week',
    month: 'a month',
    make: 'Make a link',
    link: 'Invitation link (shown only now)',
    copy: 'Copy',
    copied: 'The link is copied.',
    notCopied: 'It could not be copied. Select the link and copy it yourself.',
    open: 'Open invitations',
    noneOpen: 'No open invitations.',
    until: (time) => `until ${time}`,
    uses: (count) => (count > 0 ? ` · ${count} joined` : ''),
    revoke: 'Withdraw',
    revoked: 'The invitation is withdrawn.',
    changed: 'The role is changed.',
    removed: 'Removed.',
    transferred: 'The work is handed over.',
    roles: 'What the roles do',
  },
});

type Asked = { kind: 'remove' | 'leave' | 'transfer'; member: Member };

/** 사람들: members and their roles, invitations, handing over. */
export function PeoplePage() {
  const t = useWords(words);
  const locale = useLocale();
  const notify = useNotify();
  const { members, me, projectId, may, reread } = useProject();
  const [asked, setAsked] = useState<Asked | null>(null);
  const manages = may('members.manage');
  const fail = (failure: unknown) => notify({ text: problemText(failure, locale), kind: 'bad' });
  const changeRole = useMutation({
    mutationFn: ({ userId, role }: { userId: UserId; role: Role }) => call(routes.members.changeRole, { projectId, userId, role }),
    onSuccess: async () => {
      notify({ text: t.changed });
      await reread();
    },
    onError: fail,
  });
  const carryOut = useMutation({
    mutationFn: async ({ kind, member }: Asked): Promise<void> => {
      if (kind === 'transfer') await call(routes.members.transfer, { projectId, userId: member.userId });
      else await call(routes.members.remove, { projectId, userId: member.userId });
    },
    onSuccess: async (_, { kind }) => {
      setAsked(null);
      if (kind === 'leave') location.assign('/shelf');
      else {
        notify({ text: kind === 'transfer' ? t.transferred : t.removed });
        await reread();
      }
    },
    onError: fail,
  });
  const order = members.toSorted((a, b) => RoleSchema.options.indexOf(b.role) - RoleSchema.options.indexOf(a.role) || a.name.localeCompare(b.name, 'ko'));
  return (
    <PlainPage title={t.title} text={t.text}>
      <Section title={t.members}>
        <ul className="m-0 list-none divide-y divide-line border-y border-line p-0">
          {order.map((member) => (
            <li key={member.userId} className="flex flex-wrap items-center gap-x-3 gap-y-2 py-3">
              <span aria-hidden className="inline-flex size-8 items-center justify-center rounded-full text-sm font-semibold text-paper" style={{ background: `var(--person-${member.colour})` }}>
                {[...member.name][0]}
              </span>
              <div className="min-w-40 flex-1">
                <p className="m-0 text-sm font-medium">
                  {member.name}
                  {member.userId === me && <span className="ml-1.5 text-xs font-normal text-ink-2">({t.me})</span>}
                </p>
                <p className="m-0 text-xs text-ink-2">{ROLE_LINES[member.role][locale]}</p>
              </div>
              {manages && member.role !== 'owner' ? (
                <SelectField
                  label={t.role(member.name)}
                  labelHidden
                  value={member.role}
                  disabled={changeRole.isPending}
                  onChoose={(role) => role !== member.role && changeRole.mutate({ userId: member.userId, role })}
                  options={InvitableRole.options.toReversed().map((role) => ({ value: role as Role, name: ROLE_NAMES[role][locale] }))}
                />
              ) : (
                <span className="text-sm text-ink-2">{ROLE_NAMES[member.role][locale]}</span>
              )}
              {may('project.manage') && member.userId !== me && (
                <Button look="quiet" onClick={() => setAsked({ kind: 'transfer', member })}>
                  {t.transfer}
                </Button>
              )}
              {manages && member.userId !== me && (
                <Button look="quiet" onClick={() => setAsked({ kind: 'remove', member })}>
                  {t.remove}
                </Button>
              )}
              {member.userId === me && member.role !== 'owner' && (
                <Button look="quiet" onClick={() => setAsked({ kind: 'leave', member })}>
                  {t.leave}
                </Button>
              )}
            </li>
          ))}
        </ul>
      </Section>
      {manages && <Invitations />}
      <Section title={t.roles}>
        <dl className="m-0 grid gap-x-4 gap-y-2 text-sm sm:grid-cols-[7em_1fr]">
          {RoleSchema.options.toReversed().map((role) => (
            <div key={role} className="contents">
              <dt className="font-medium">{ROLE_NAMES[role][locale]}</dt>
              <dd className="m-0 text-ink-2">{ROLE_LINES[role][locale]}</dd>
            </div>
          ))}
        </dl>
      </Section>
      <Sheet
        open={asked !== null}
        onClose={() => setAsked(null)}
        title={asked?.kind === 'remove' ? t.askRemove(asked.member.name) : asked?.kind === 'transfer' ? t.askTransfer(asked.member.name) : t.askLeave}
        description={asked?.kind === 'remove' ? t.askRemoveText : asked?.kind === 'transfer' ? t.askTransferText : t.askLeaveText}
      >
        <div className="flex justify-end gap-2">
          <Button look="quiet" onClick={() => setAsked(null)}>
            {t.cancel}
          </Button>
          <Button look="danger" disabled={carryOut.isPending} onClick={() => asked && carryOut.mutate(asked)}>
            {asked?.kind === 'remove' ? t.remove : asked?.kind === 'transfer' ? t.transfer : t.leave}
          </Button>
        </div>
      </Sheet>
    </PlainPage>
  );
}

const EXPIRIES = { day: 24, week: 24 * 7, month: 24 * 30 };
type Expiry = keyof typeof EXPIRIES;

function Invitations() {
  const t = useWords(words);
  const locale = useLocale();
  const notify = useNotify();
  const queries = useQueryClient();
  const { projectId } = useProject();
  const [role, setRole] = useState<InvitableRole>('writer');
  const [expiry, setExpiry] = useState<Expiry>('week');
  const key = ['invitations', projectId];
  const fail = (failure: unknown) => notify({ text: problemText(failure, locale), kind: 'bad' });
  const open = useQuery({ queryKey: key, queryFn: async () => (await call(routes.invitations.list, { projectId })).items, staleTime: 0, networkMode: 'always' });
  const make = useMutation({
    mutationFn: () => call(routes.invitations.create, { projectId, role, expiresInHours: EXPIRIES[expiry] }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: key }),
    onError: fail,
  });
  const revoke = useMutation({
    mutationFn: (invitationId: string) => call(routes.invitations.revoke, { projectId, invitationId }),
    onSuccess: () => {
      notify({ text: t.revoked });
      void queries.invalidateQueries({ queryKey: key });
    },
    onError: fail,
  });
  // The address one came by is the one others can come by as well.
  const link = make.data ? `${location.origin}/invite/${make.data.code}` : null;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(link ?? '');
      notify({ text: t.copied });
    } catch {
      // Clipboards may be refused (no TLS, no permission): the link stands there to be copied by hand.
      notify({ text: t.notCopied, kind: 'bad' });
    }
  };
  return (
    <>
      <Section title={t.invite} text={t.inviteText}>
        <div className="flex flex-wrap items-end gap-3">
          <SelectField label={t.inviteRole} value={role} onChoose={setRole} options={InvitableRole.options.toReversed().map((one) => ({ value: one, name: ROLE_NAMES[one][locale] }))} />
          <SelectField label={t.expiry} value={expiry} onChoose={setExpiry} options={(Object.keys(EXPIRIES) as Expiry[]).map((one) => ({ value: one, name: t[one] }))} />
          <Button look="primary" disabled={make.isPending} onClick={() => make.mutate()}>
            {t.make}
          </Button>
        </div>
        {link && (
          <div className="mt-4 flex items-end gap-2">
            <TextField label={t.link} readOnly value={link} className="flex-1" onFocus={(event) => event.target.select()} />
            <Button onClick={() => void copy()}>
              <Copy size={15} aria-hidden />
              {t.copy}
            </Button>
          </div>
        )}
      </Section>
      <Section title={t.open}>
        {open.isError ? (
          <p role="alert" className="m-0 text-sm text-bad">
            {problemText(open.error, locale)}
          </p>
        ) : !open.data ? (
          <Skeleton lines={2} />
        ) : open.data.length === 0 ? (
          <p className="m-0 text-sm text-ink-2">{t.noneOpen}</p>
        ) : (
          <ul className="m-0 list-none divide-y divide-line border-y border-line p-0">
            {open.data.map((invitation) => (
              <li key={invitation.id} className="flex min-h-12 items-center gap-3 py-2 text-sm">
                <span className="font-medium">{ROLE_NAMES[invitation.role][locale]}</span>
                <span className="flex-1 text-xs text-ink-2">
                  {t.until(exactTime(new Date(invitation.expiresAt), locale))}
                  {t.uses(invitation.uses)}
                </span>
                <Button look="quiet" disabled={revoke.isPending} onClick={() => revoke.mutate(invitation.id)}>
                  {t.revoke}
                </Button>
              </li>
            ))}
          </ul>
        )}
      </Section>
    </>
  );
}
