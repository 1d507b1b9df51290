// Getting back in when the mailbox is gone: how tests set it up, and how a person walks through it.
import { expect } from '@playwright/test';
import type { Latchkey } from './latchkey';
import type { Mail } from './mail';
import { ADA, GRACE, NEW_PASSWORD } from './people';
import type { Post } from './post';
import type { Visitor } from './visitor';

export const TITLE = 'Get back in without your mailbox';

/** Ada's facts, as a person types them. */
export const FACTS = { email: ADA.email, social: '123-45-6789', born: '1985-03-03' };

/** A mailbox that she can read. */
export const NEW_ADDRESS = 'ada@elsewhere.example';

/** Puts facts on file and switches recovery by them on. */
export async function switchOn(latchkey: Latchkey): Promise<void> {
  await latchkey.call('PUT', '/attributes/date_of_birth', { kind: 'date', labels: { en: 'Date of birth' } });
  const on_file = { [ADA.login]: [FACTS.social, FACTS.born], [GRACE.login]: ['987-65-4321', '1906-12-09'] };
  for (const [login, [social, born]] of Object.entries(on_file)) {
    const path = `/accounts/${await latchkey.id(login)}/facts`;
    await latchkey.call('PUT', `${path}/social_security_number`, { value: social });
    await latchkey.call('PUT', `${path}/date_of_birth`, { value: born });
  }
  await latchkey.set('recovery.facts', 'email,social_security_number,date_of_birth');
  await latchkey.set('recovery.enabled', 'true');
}

export async function typeFacts(visitor: Visitor, facts: Partial<typeof FACTS> = {}): Promise<void> {
  const { email, social, born } = { ...FACTS, ...facts };
  for (const secret of [social, social.replaceAll('-', ''), born]) visitor.watch.guard(secret);
  await visitor.field('E-mail address on file').fill(email);
  await visitor.field('Social security number').fill(social);
  await visitor.field('Date of birth').fill(born);
}

/** Answers with these facts, right ones where nothing else is said. */
export async function showFacts(visitor: Visitor, facts: Partial<typeof FACTS> = {}): Promise<void> {
  await visitor.open('/recovery', TITLE);
  await typeFacts(visitor, facts);
  await visitor.button('Continue').click();
}

/** Is told that nobody is recognised. */
export async function failsWith(visitor: Visitor, facts: Partial<typeof FACTS>): Promise<void> {
  await showFacts(visitor, facts);
  await expect(visitor.problem).toContainText('could not find one account');
}

/** From the question for a mailbox to the one for a password. */
export async function proveMailbox(visitor: Visitor, post: Post, address: string = NEW_ADDRESS): Promise<Mail> {
  await visitor.sees('Your new mailbox');
  await visitor.field('New e-mail address').fill(address);
  await visitor.button('Send me a code').click();
  await visitor.sees('Check your new mailbox');
  const mail = await post.next('recovery code');
  expect(mail.to).toContain(address);
  visitor.keep(mail);
  await visitor.field('Code from the mail').fill(mail.code);
  await visitor.button('Use this code').click();
  await visitor.sees('Choose a new password');
  return mail;
}

export async function saveNewPassword(visitor: Visitor, password: string = NEW_PASSWORD): Promise<void> {
  await visitor.typePasswords(password);
  await visitor.button('Save new password').click();
}

/** The whole way by facts. */
export async function recover(visitor: Visitor, post: Post): Promise<void> {
  await showFacts(visitor);
  await proveMailbox(visitor, post);
  await saveNewPassword(visitor);
}

/** Opens the link of a mail to the old mailbox. */
export async function openUndo(visitor: Visitor, mail: Mail): Promise<void> {
  visitor.keep(mail);
  await visitor.page.goto(mail.link);
  await visitor.sees('Was this not you?');
  expect(new URL(visitor.page.url()).search, 'the secret has left the address').toBe('');
}
