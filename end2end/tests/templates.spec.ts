// What mails say, as an administrator changes it: told what is wrong, shown the mail, heard at once, taken back.
import { isAccessible } from '../support/accessible';
import { ADA, MARGARET } from '../support/people';
import { expect, test } from '../support/test';
import type { Visitor } from '../support/visitor';

const PAGE = '/admin/mail-templates/reset_link/en';

async function type(visitor: Visitor, text: string): Promise<void> {
  await visitor.field('Subject').fill('Choose a new password, {{ preferred_name or name }}');
  await visitor.field('Text').fill(text);
  await visitor.field('HTML').fill('{% call paragraph() %}Servus {{ name }}!{% endcall %}\n{{ button(link, "Here we go") }}\n{{ plain_link(link, "Or copy:") }}\n{{ code }}');
}

// M3, M4; security 117, 129, 135
test('an administrator edits a mail, is told what is wrong, looks at it, and takes it back', async ({ visitor, page, post }) => {
  // The frame runs no script, not even that of the test, and says so.
  visitor.watch.forgive(/sandboxed|'postMessage' on 'DOMWindow'/);
  await visitor.openConsole('/admin/mail-templates', 'Mail templates', MARGARET);
  await isAccessible(visitor);
  await page.locator(`a[href="${PAGE}"]`).click();
  await visitor.reads('Reset link, English');
  await isAccessible(visitor);

  await type(visitor, 'Servus {{ user_name }}');
  visitor.watch.expect(422, PAGE);
  await visitor.button('Save').click();
  await expect(visitor.problem).toContainText('not saved yet');
  await expect(page.locator('#text-problem')).toHaveText('Line 1, column 11: this mail has no placeholder “user_name”');
  await expect(visitor.field('Text')).toHaveAttribute('aria-invalid', 'true');
  await expect(visitor.field('Text')).toHaveValue('Servus {{ user_name }}');
  await isAccessible(visitor);

  await type(visitor, 'Servus {{ name }}!\n\n{{ link }}\n\n{{ code }}\n');
  await visitor.field('Made-up person for preview and test').selectOption('joint');
  await visitor.button('Preview as HTML').click();
  const mail = page.frameLocator('iframe[name="preview"]');
  await expect(mail.getByText('Servus Ada Lovelace & William King!')).toBeVisible();
  await expect(mail.getByRole('heading', { level: 1 })).toHaveText('Choose a new password, Ada');
  await page.locator('iframe[name="preview"]').scrollIntoViewIfNeeded();
  await expect(visitor.field('Text')).toHaveValue(/^Servus/);
  await visitor.button('Preview as text').click();
  await expect(mail.getByText('Servus Ada Lovelace & William King!')).toBeVisible();

  await visitor.button('Save').click();
  await expect(page.getByRole('status')).toHaveText('Saved. It counts at once, on every server.');
  await visitor.askForMail(ADA.email);
  const edited = await post.next();
  expect(edited.text).toContain('Servus Ada Lovelace!');
  expect(edited.html).toContain('Here we go');
  await visitor.openLink(edited);

  await page.goto(PAGE);
  await visitor.field('Yes, use the words as delivered').check();
  await visitor.button('Back to the words as delivered').click();
  await expect(page.getByRole('status')).toHaveText('The words as delivered count again.');
  await expect(visitor.field('Subject')).toHaveValue('Choose a new password for {{ product_name }}');
  await visitor.button('Restore version 1').click();
  await expect(page.getByRole('status')).toHaveText('The earlier version counts again.');
  await expect(visitor.field('Text')).toHaveValue(/^Servus/);
});

// M5
test('old templates are pasted, looked at, and put in force', async ({ visitor, page }) => {
  await visitor.openConsole('/admin/mail-templates', 'Mail templates', MARGARET);
  await visitor.link('Import old templates').click();
  await visitor.reads('Import old templates');
  await visitor.field('Old settings').fill(
    'CommunityPortal|Email|ForgottenPassword|SubjectTextWithLink = Choose a new password for {PortalName}\n' +
      'CommunityPortal|Email|ForgottenPassword|BodyTextWithLink = Dear {UserName},\n\nopen {UserPassword} soon.\n' +
      'CommunityPortal|Email|ForgottenPassword|BodyText = Your password is {UserPassword}\n',
  );
  await visitor.field('Language of the mail').selectOption('de');
  await visitor.button('See what becomes of it').click();
  await expect(page.getByRole('row').filter({ hasText: 'BodyTextWithLink' })).toContainText('converted');
  await expect(page.getByRole('row').filter({ hasText: 'passwords are never mailed' })).toContainText('refused');
  await isAccessible(visitor);
  await visitor.button('Put it in force').click();
  await expect(page.getByRole('status')).toContainText('Imported.');
  await page.goto('/admin/mail-templates/reset_link/de');
  await expect(visitor.field('Text')).toHaveValue(/^Dear \{\{ name \}\},\n\nopen \{\{ link \}\} soon\./);
});
